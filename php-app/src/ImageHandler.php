<?php

/**
 * `GET /images/...`: streams an image from S3. Images never change under their key, so browsers may keep them.
 */

declare(strict_types=1);

namespace ImageApp;

final class ImageHandler
{
    private const COMMON = ['Content-Security-Policy' => "default-src 'none'; sandbox", 'Accept-Ranges' => 'bytes'];

    /** S3's headers that are passed on. */
    private const COPIED = [
        'etag' => 'ETag',
        'last-modified' => 'Last-Modified',
        'content-length' => 'Content-Length',
        'content-range' => 'Content-Range',
    ];

    public function __construct(private readonly S3Client $s3)
    {
    }

    public function serve(Request $request, string $idAndName): void
    {
        if (!UploadRules::isPlausible($idAndName)) {
            throw Refused::notFound();
        }
        $key = UploadRules::PREFIX . $idAndName;
        $wantsRange = $request->method === 'GET' && $request->header('Range') !== ''
            // With If-Range the whole image is always a right answer.
            && $request->header('If-Range') === '';
        if ($request->method !== 'HEAD' && !$wantsRange && $request->header('If-None-Match') === '') {
            $this->stream($key, []);

            return;
        }
        // Not left to S3, which knows neither lists of tags nor how to say the size with 416.
        $head = $this->s3->head($key);
        if (ETags::match($request->header('If-None-Match'), $head['etag'] ?? '')) {
            self::sendHead(304, array_diff_key($head, ['content-length' => true]));
        } elseif ($request->method === 'HEAD') {
            self::sendHead(200, $head);
        } else {
            $this->streamRange($key, $wantsRange ? $request->header('Range') : '', $head);
        }
    }

    /** @param array<string, string> $head */
    private function streamRange(string $key, string $header, array $head): void
    {
        $size = (int) ($head['content-length'] ?? 0);
        $range = ByteRange::of($header, $size);
        if ($range === null) {
            $this->stream($key, []);
        } elseif ($range->isBeyondTheEnd()) {
            Response::body(416, self::COMMON + ['Content-Range' => "bytes */{$size}"], '');
        } else {
            $this->stream($key, ["Range: bytes={$range->first}-{$range->last}"]);
        }
    }

    /** @param list<string> $headers for S3 */
    private function stream(string $key, array $headers): void
    {
        try {
            $this->s3->stream($key, $headers, self::sendHead(...), static function (string $block): bool {
                echo $block;

                return connection_aborted() === 0;
            });
        } catch (S3Error $error) {
            if (!headers_sent()) {
                // What was to come with the image does not belong to the error.
                header_remove();
                throw $error;
            }
            // The client sees from Content-Length that its copy is short.
            Log::error('image: broken off: ' . $error->getMessage());
        }
    }

    /** @param array<string, string> $s3Headers */
    private static function sendHead(int $status, array $s3Headers): void
    {
        $headers = self::COMMON + ['Cache-Control' => 'public, max-age=31536000, immutable'];
        foreach (self::COPIED as $from => $to) {
            if (isset($s3Headers[$from])) {
                $headers[$to] = $s3Headers[$from];
            }
        }
        if ($status !== 304) {
            $type = $s3Headers['content-type'] ?? '';
            $headers['Content-Type'] = MediaType::isImage($type) ? $type : 'application/octet-stream';
            if (!MediaType::isImage($type)) {
                // Whatever else someone put into the bucket is a download, never a page of this site.
                $headers['Content-Disposition'] = 'attachment';
            }
        }
        Response::head($status, $headers);
    }
}
