<?php

/**
 * The few S3 operations that the app needs, over PHP's curl, which signs (SigV4) and streams by itself.
 */

declare(strict_types=1);

namespace ImageApp;

final class S3Client
{
    private const ATTEMPTS = 3;
    private const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

    public function __construct(private readonly Config $config, private readonly AwsCredentials $credentials)
    {
    }

    /**
     * Stores an object; returns once S3 has confirmed it.
     * The body's hash is signed, so that S3 itself refuses what was damaged on the way, on plain http too.
     */
    public function put(string $key, FileSlice $body, string $contentType): void
    {
        $headers = ['Content-Type: ' . $contentType];
        $sha256 = $body->sha256();
        $this->retrying(function () use ($key, $body, $headers, $sha256): void {
            $read = $body->reader();
            $this->send('PUT', $key, [], $headers, $sha256, [
                CURLOPT_UPLOAD => true,
                CURLOPT_INFILESIZE => $body->length,
                CURLOPT_READFUNCTION => static fn ($curl, $file, int $bytes): string => $read($bytes),
            ]);
        });
    }

    public function delete(string $key): void
    {
        $this->retrying(fn () => $this->send('DELETE', $key));
    }

    /**
     * The first objects under a prefix, in the order of their keys.
     *
     * @return list<StoredImage>
     */
    public function list(string $prefix, int $limit): array
    {
        // The names are in the order in which SigV4 wants them.
        $query = ['list-type' => '2', 'max-keys' => (string) $limit, 'prefix' => $prefix];
        $body = $this->retrying(fn (): string => $this->send('GET', '', $query));
        $xml = simplexml_load_string($body, options: LIBXML_NONET | LIBXML_NOERROR | LIBXML_NOWARNING);
        if ($xml === false) {
            throw new S3Error(200, "s3: list {$this->config->bucket}: the answer is no XML; check the S3 endpoint");
        }
        $images = [];
        foreach ($xml->Contents as $object) {
            $images[] = new StoredImage((string) $object->Key, (int) $object->Size);
        }

        return $images;
    }

    /** Asks for the bucket once, for at most two seconds. */
    public function headBucket(): void
    {
        $this->send('HEAD', '', [], [], self::EMPTY_SHA256, [
            CURLOPT_NOBODY => true,
            CURLOPT_CONNECTTIMEOUT_MS => 1000,
            CURLOPT_TIMEOUT_MS => 2000,
        ]);
    }

    /**
     * Streams an object: $onHead gets status and headers (200, 206, 304 or 416), then $onBody each block.
     *
     * @param list<string>                               $headers conditional and range headers for S3
     * @param \Closure(int, array<string, string>): void $onHead
     * @param \Closure(string): bool                     $onBody  false stops the transfer
     */
    public function stream(string $method, string $key, array $headers, \Closure $onHead, \Closure $onBody): void
    {
        $this->retrying(function () use ($method, $key, $headers, $onHead, $onBody): void {
            $options = [CURLOPT_NOBODY => $method === 'HEAD'];
            $this->send($method, $key, [], $headers, self::EMPTY_SHA256, $options, $onHead, $onBody);
        });
    }

    /**
     * @template T
     *
     * @param \Closure(): T $request
     *
     * @return T
     */
    private function retrying(\Closure $request): mixed
    {
        for ($attempt = 1;; $attempt++) {
            try {
                return $request();
            } catch (S3Error $error) {
                // After the first byte of a streamed answer there is no second try.
                if ($attempt === self::ATTEMPTS || !$error->isPassing() || headers_sent()) {
                    throw $error;
                }
                usleep(100_000 << $attempt);
            }
        }
    }

    /**
     * @param array<string, string> $query
     * @param list<string>          $headers
     * @param array<int, mixed>     $options curl options on top of the common ones
     */
    private function send(
        string $method,
        string $key,
        array $query = [],
        array $headers = [],
        string $sha256 = self::EMPTY_SHA256,
        array $options = [],
        ?\Closure $onHead = null,
        ?\Closure $onBody = null,
    ): string {
        $answer = new S3Answer($onHead, $onBody);
        $curl = curl_init();
        curl_setopt_array($curl, $options + $this->signing($headers, $sha256) + [
            CURLOPT_URL => $this->url($key, $query),
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_PROTOCOLS_STR => 'http,https',
            CURLOPT_CONNECTTIMEOUT_MS => 3000,
            // No limit on a transfer that moves, an end to one that does not.
            CURLOPT_LOW_SPEED_LIMIT => 1,
            CURLOPT_LOW_SPEED_TIME => 20,
            CURLOPT_HEADERFUNCTION => $answer->onHeaderLine(...),
            CURLOPT_WRITEFUNCTION => $answer->onBlock(...),
        ]);
        $done = curl_exec($curl);
        $target = "s3: {$method} {$this->config->bucket}/{$key}";
        if ($answer->status >= 400 && !$answer->wasPassedOn()) {
            throw new S3Error($answer->status, "{$target}: {$answer->status} {$answer->errorCode()}");
        }
        if ($done !== true && !$answer->stopped) {
            $cause = curl_error($curl);
            throw new S3Error(0, "{$target}: {$cause}; check the network, the region and the endpoint");
        }

        return $answer->body;
    }

    /**
     * @param list<string> $headers
     *
     * @return array<int, mixed>
     */
    private function signing(array $headers, string $sha256): array
    {
        $credentials = $this->credentials->get();
        $headers[] = 'x-amz-content-sha256: ' . $sha256;
        if ($credentials->getSessionToken() !== null) {
            $headers[] = 'x-amz-security-token: ' . $credentials->getSessionToken();
        }
        // Without this, curl would wait a second for a `100 Continue` that some endpoints never send.
        $headers[] = 'Expect:';

        return [
            CURLOPT_AWS_SIGV4 => "aws:amz:{$this->config->region}:s3",
            CURLOPT_USERNAME => $credentials->getAccessKeyId(),
            CURLOPT_PASSWORD => $credentials->getSecretKey(),
            CURLOPT_HTTPHEADER => $headers,
        ];
    }

    /** @param array<string, string> $query */
    private function url(string $key, array $query): string
    {
        $path = implode('/', array_map('rawurlencode', explode('/', $key)));
        $bucket = $this->config->bucket;
        $suffix = str_starts_with($this->config->region, 'cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
        $host = "s3.{$this->config->region}.{$suffix}";
        $base = match (true) {
            $this->config->s3Endpoint !== null => rtrim($this->config->s3Endpoint, '/') . '/' . $bucket . '/',
            // S3's certificate covers one label before its own name.
            str_contains($bucket, '.') => "https://{$host}/{$bucket}/",
            default => "https://{$bucket}.{$host}/",
        };
        // "bucket/" and "bucket" are the same to S3; emulators want the latter.
        $url = $path === '' && $this->config->s3Endpoint !== null ? rtrim($base, '/') : $base . $path;

        return $query === [] ? $url : $url . '?' . http_build_query($query, '', '&', PHP_QUERY_RFC3986);
    }
}
