<?php

/**
 * `GET /images/...`: streams an image from S3. Images never change under their key, so browsers may keep them.
 */

declare(strict_types=1);

namespace ImageApp;

final class ImageHandler
{
    private const COPIED = [
        'etag' => 'ETag',
        'content-length' => 'Content-Length',
        'content-range' => 'Content-Range',
        'last-modified' => 'Last-Modified',
    ];

    public function __construct(private readonly S3Client $s3)
    {
    }

    public function serve(Request $request, string $rest): void
    {
        if (!self::isPlausible($rest)) {
            Router::refuse($request, 404, 'not found');

            return;
        }
        try {
            $this->s3->stream(
                $request->method,
                UploadRules::PREFIX . $rest,
                self::conditions($request),
                self::sendHead(...),
                static function (string $block): bool {
                    echo $block;

                    return connection_aborted() === 0;
                },
            );
        } catch (S3Error $error) {
            if (headers_sent()) {
                // The client sees from Content-Length that its copy is short.
                error_log('image: broken off: ' . $error->getMessage());
            } elseif ($error->status === 404) {
                Router::refuse($request, 404, 'not found');
            } else {
                error_log('image: ' . $error->getMessage());
                Router::refuse($request, 502, 'the image store does not answer; try again in a moment');
            }
        }
    }

    /** Keys that the app writes are valid UTF-8 without empty, `.` or `..` segments and control characters. */
    private static function isPlausible(string $rest): bool
    {
        return preg_match('~^[^\p{Cc}]+$~u', $rest) === 1
            && strlen($rest) <= 1000
            && array_intersect(explode('/', $rest), ['', '.', '..']) === [];
    }

    /**
     * What S3 itself can decide: one ETag, one byte range.
     * A list of ETags or an If-Range is answered in full, as RFC 9110 allows.
     *
     * @return list<string>
     */
    private static function conditions(Request $request): array
    {
        $headers = [];
        if (preg_match('~^\s*(?:W/)?("[\x21\x23-\x7E]{1,100}")\s*$~', $request->header('If-None-Match'), $m) === 1) {
            $headers[] = 'If-None-Match: ' . $m[1];
        }
        $oneRange = preg_match('~^bytes=(\d+-\d*|-\d+)$~', $request->header('Range')) === 1;
        if ($oneRange && $request->header('If-Range') === '') {
            $headers[] = 'Range: ' . $request->header('Range');
        }

        return $headers;
    }

    /** @param array<string, string> $s3Headers */
    private static function sendHead(int $status, array $s3Headers): void
    {
        $headers = [];
        foreach (self::COPIED as $from => $to) {
            if (isset($s3Headers[$from])) {
                $headers[$to] = $s3Headers[$from];
            }
        }
        if ($status === 416) {
            $headers = array_intersect_key($headers, ['Content-Range' => true]) + ['Content-Length' => '0'];
        } else {
            $headers['Cache-Control'] = 'public, max-age=31536000, immutable';
        }
        if ($status === 200 || $status === 206) {
            // Whatever else someone put into the bucket is a download, never a page of this site.
            $type = $s3Headers['content-type'] ?? '';
            $headers['Content-Type'] = UploadRules::isImageType($type) ? $type : 'application/octet-stream';
            $headers['Content-Security-Policy'] = "default-src 'none'; sandbox";
            $headers['Accept-Ranges'] = 'bytes';
        }
        Response::head($status, $headers);
    }
}
