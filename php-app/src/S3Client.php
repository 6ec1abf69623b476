<?php

/**
 * The few S3 operations that the app needs.
 */

declare(strict_types=1);

namespace ImageApp;

final class S3Client
{
    /** The readiness check answers within three seconds, whatever S3 does. */
    private const READY_SECONDS = 2.0;

    private readonly S3Transport $transport;

    public function __construct(private readonly Config $config)
    {
        $this->transport = new S3Transport($config, new AwsCredentials($config->region));
    }

    /**
     * Stores an object; returns once S3 has confirmed it.
     * The body's hash is signed, so that S3 itself refuses what was damaged on the way, on plain http too.
     *
     * @param array<string, int> $metadata
     */
    public function put(string $key, FileSlice $body, string $contentType, array $metadata): void
    {
        $headers = ['Content-Type: ' . $contentType];
        foreach ($metadata as $name => $value) {
            $headers[] = "x-amz-meta-{$name}: {$value}";
        }
        $this->transport->send(new S3Call('PUT', $key, headers: $headers, body: $body), $this->deadline());
    }

    public function delete(string $key, ?Deadline $deadline = null): void
    {
        $this->transport->send(new S3Call('DELETE', $key), $deadline ?? $this->deadline());
    }

    /**
     * An object's headers.
     *
     * @return array<string, string> by their names in lower case
     */
    public function head(string $key): array
    {
        return $this->transport->send(new S3Call('HEAD', $key), $this->deadline())->headers;
    }

    /** The next objects under a prefix, in the order of their keys: those after a key, if one is given. */
    public function list(string $prefix, int $limit, string $after = ''): S3Listing
    {
        // The names are in the order in which SigV4 wants them.
        $query = ['list-type' => '2', 'max-keys' => (string) $limit, 'prefix' => $prefix];
        if ($after !== '') {
            $query['start-after'] = $after;
        }
        $answer = $this->transport->send(new S3Call('GET', query: $query), $this->deadline());

        return S3Listing::fromXml($answer->body)
            ?? throw new S3Error(200, "s3: list {$this->config->bucket}: no listing came; check the S3 endpoint");
    }

    /** Asks for the bucket. */
    public function headBucket(): void
    {
        $this->transport->send(new S3Call('HEAD'), new Deadline(self::READY_SECONDS));
    }

    /**
     * Streams an object: $onHead gets status and headers (200 or 206), then $onBody each block.
     *
     * @param list<string>                               $headers conditional and range headers for S3
     * @param \Closure(int, array<string, string>): void $onHead
     * @param \Closure(string): bool                     $onBody  false stops the transfer
     */
    public function stream(string $key, array $headers, \Closure $onHead, \Closure $onBody): void
    {
        $call = new S3Call('GET', $key, headers: $headers, onHead: $onHead, onBody: $onBody);
        $this->transport->send($call, $this->deadline());
    }

    private function deadline(): Deadline
    {
        return new Deadline($this->config->s3DeadlineSeconds);
    }
}
