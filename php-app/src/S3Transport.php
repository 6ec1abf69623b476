<?php

/**
 * Sends calls to S3 over PHP's curl, which signs (SigV4) and streams by itself, again and again until a deadline.
 */

declare(strict_types=1);

namespace ImageApp;

final class S3Transport
{
    private const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    private const TRIES = 4;
    private const FIRST_PAUSE = 0.1;
    private const CONNECT_SECONDS = 3.0;

    /** An object that is passed on may take long, but not stand still for so many seconds. */
    private const STALL_SECONDS = 20;

    private ?\CurlHandle $curl = null;

    public function __construct(private readonly Config $config, private readonly AwsCredentials $credentials)
    {
    }

    /** All tries together end by the deadline; of an answer that is passed on, only the head has to come by then. */
    public function send(S3Call $call, Deadline $deadline): S3Answer
    {
        $sha256 = $call->body?->sha256() ?? self::EMPTY_SHA256;
        for ($try = 1;; $try++) {
            try {
                return $this->attempt($call, $sha256, $deadline);
            } catch (S3Error $error) {
                // Once a part of the answer is passed on, there is no second try.
                $isPassedOn = $call->onHead !== null && headers_sent();
                $final = $try === self::TRIES || !$error->isPassing() || $isPassedOn;
                // The pause is random, so that many requests that failed together do not come back together.
                $pause = self::FIRST_PAUSE * 2 ** $try * random_int(50, 100) / 100;
                if ($final || !$deadline->pause($pause)) {
                    throw $error;
                }
            }
        }
    }

    private function attempt(S3Call $call, string $sha256, Deadline $deadline): S3Answer
    {
        $target = "s3: {$call->method} {$this->config->bucket}/{$call->key}";
        $answer = new S3Answer($call);
        $options = $this->options($call, $answer, $deadline) + $this->signing($call, $sha256, $deadline, $target);
        // The same handle keeps its connection from call to call.
        $this->curl ??= curl_init();
        curl_reset($this->curl);
        curl_setopt_array($this->curl, $options);
        $done = curl_exec($this->curl);
        $cause = curl_error($this->curl);
        if ($done !== true) {
            // A handle that failed in the middle of a body does so again with whatever comes next.
            $this->curl = null;
        }
        if ($answer->status >= 300) {
            $code = $answer->errorCode();
            throw new S3Error($answer->status, "{$target}: {$answer->status} {$code}", $code);
        }
        if ($done !== true && !$answer->stopped) {
            throw new S3Error(0, "{$target}: {$cause}; check the network, the region and the endpoint");
        }

        return $answer;
    }

    /** @return array<int, mixed> */
    private function options(S3Call $call, S3Answer $answer, Deadline $deadline): array
    {
        $milliseconds = max(1, (int) ($deadline->left() * 1000));
        $options = [
            CURLOPT_URL => $this->url($call->key, $call->query),
            CURLOPT_CUSTOMREQUEST => $call->method,
            CURLOPT_NOBODY => $call->method === 'HEAD',
            CURLOPT_PROTOCOLS_STR => 'http,https',
            // Timeouts without signals, which belong to Apache here.
            CURLOPT_NOSIGNAL => true,
            CURLOPT_CONNECTTIMEOUT_MS => min($milliseconds, (int) (self::CONNECT_SECONDS * 1000)),
            CURLOPT_HEADERFUNCTION => $answer->onHeaderLine(...),
            CURLOPT_WRITEFUNCTION => $answer->onBlock(...),
        ];
        if ($call->body !== null) {
            $read = $call->body->reader();
            $options[CURLOPT_UPLOAD] = true;
            $options[CURLOPT_INFILESIZE] = $call->body->length;
            $options[CURLOPT_READFUNCTION] = static fn ($curl, $file, int $bytes): string => $read($bytes);
        }

        return $options + ($call->onHead === null
            ? [CURLOPT_TIMEOUT_MS => $milliseconds]
            : self::limitsOfStream($answer, $deadline));
    }

    /** @return array<int, mixed> */
    private static function limitsOfStream(S3Answer $answer, Deadline $deadline): array
    {
        return [
            CURLOPT_NOPROGRESS => false,
            CURLOPT_XFERINFOFUNCTION => static fn (): int =>
                $answer->status === 0 && $deadline->hasPassed() ? 1 : 0,
            CURLOPT_LOW_SPEED_LIMIT => 1,
            CURLOPT_LOW_SPEED_TIME => self::STALL_SECONDS,
        ];
    }

    /** @return array<int, mixed> */
    private function signing(S3Call $call, string $sha256, Deadline $deadline, string $target): array
    {
        try {
            $credentials = $this->credentials->get($deadline);
        } catch (\RuntimeException $error) {
            throw new S3Error(0, "{$target}: {$error->getMessage()}");
        }
        $headers = [...$call->headers, 'x-amz-content-sha256: ' . $sha256];
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
        $host = "s3.{$this->config->region}." . DnsSuffix::of($this->config->region);
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
