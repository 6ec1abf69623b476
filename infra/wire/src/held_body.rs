//! The body of a write, which is sent only while the stack's lease is held: the last look before bytes leave. Between the
//! look at the gate and that, a connection is made, and a laptop may have slept.

use super::guard;
use aws_smithy_types::body::{Error, SdkBody};
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

struct HeldBody(SdkBody);

/// The same body; where the lease was lost meanwhile it breaks off, and the service gets no whole request.
pub fn held(body: SdkBody) -> SdkBody {
    SdkBody::from_body_1_x(HeldBody(body))
}

impl Body for HeldBody {
    type Data = <SdkBody as Body>::Data;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Error>>> {
        if guard::is_lost() {
            return Poll::Ready(Some(Err(guard::LOST.into())));
        }
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        Body::is_end_stream(&self.0)
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.0)
    }
}
