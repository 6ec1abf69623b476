<?php

/**
 * Credentials from the standard AWS chain (async-aws), shared by all Apache processes until they near their end.
 */

declare(strict_types=1);

namespace ImageApp;

use AsyncAws\Core\Configuration;
use AsyncAws\Core\Credentials\ChainProvider;
use AsyncAws\Core\Credentials\ConfigurationProvider;
use AsyncAws\Core\Credentials\ContainerProvider;
use AsyncAws\Core\Credentials\Credentials;
use AsyncAws\Core\Credentials\IniFileProvider;
use AsyncAws\Core\Credentials\InstanceProvider;
use AsyncAws\Core\Credentials\WebIdentityProvider;
use Symfony\Component\HttpClient\HttpClient;

final class AwsCredentials
{
    /** APCu is memory of the Apache processes only; credentials are never written to disk. */
    private const CACHE_KEY = 'image-app.aws-credentials';

    /** ECS gives new credentials well before the old ones end; take them this many seconds ahead. */
    private const REFRESH_AHEAD = 300;

    /** The longest wait for the endpoints; half of what a deadline leaves, and a quarter, if that is less. */
    private const CONTAINER_SECONDS = 5.0;
    private const INSTANCE_SECONDS = 1.0;

    private ?Credentials $current = null;

    public function __construct(private readonly string $region)
    {
    }

    public function get(Deadline $deadline): Credentials
    {
        return $this->current ??= $this->cached($deadline);
    }

    private function cached(Deadline $deadline): Credentials
    {
        $cached = self::load();
        if ($cached !== null && self::secondsLeft($cached) > self::REFRESH_AHEAD) {
            return $cached;
        }
        $fresh = self::chain($deadline->left())->getCredentials(Configuration::create(['region' => $this->region]));
        if ($fresh === null) {
            // A hiccup of the credentials endpoint must not fail a request that the old ones still serve.
            if ($cached !== null && self::secondsLeft($cached) > 0) {
                Log::warning('aws credentials: cannot refresh them yet, using the old ones');

                return $cached;
            }
            throw new \RuntimeException('aws credentials: none found in the environment, the container endpoint, '
                . 'profile files or the instance; on ECS give the task definition a task role');
        }
        self::save($fresh);

        return $fresh;
    }

    /**
     * The standard order. Built here because the library's default chain knows neither
     * AWS_CONTAINER_AUTHORIZATION_TOKEN nor AWS_EC2_METADATA_DISABLED.
     */
    private static function chain(float $secondsLeft): ChainProvider
    {
        $container = max(0.01, min(self::CONTAINER_SECONDS, $secondsLeft / 2));
        $instance = max(0.01, min(self::INSTANCE_SECONDS, $secondsLeft / 4));
        $token = getenv('AWS_CONTAINER_AUTHORIZATION_TOKEN');
        $headers = is_string($token) && $token !== '' ? ['Authorization' => $token] : [];
        $toContainer = HttpClient::create(['headers' => $headers, 'max_duration' => $container]);
        $toInstance = HttpClient::create(['max_duration' => $instance]);

        return new ChainProvider([
            new ConfigurationProvider(),
            new WebIdentityProvider(),
            new IniFileProvider(),
            new ContainerProvider($toContainer, null, $container),
            ...(getenv('AWS_EC2_METADATA_DISABLED') === 'true'
                ? []
                : [new InstanceProvider($toInstance, null, $instance)]),
        ]);
    }

    private static function load(): ?Credentials
    {
        $stored = apcu_fetch(self::CACHE_KEY);

        if (!is_array($stored)) {
            return null;
        }
        $expires = new \DateTimeImmutable('@' . $stored['expires']);

        return new Credentials($stored['id'], $stored['secret'], $stored['token'], $expires);
    }

    /** Only credentials that end are worth keeping: the others come from the environment, at no cost. */
    private static function save(Credentials $credentials): void
    {
        $expires = $credentials->getExpireDate()?->getTimestamp();
        if ($expires === null || $expires <= time()) {
            return;
        }
        apcu_store(self::CACHE_KEY, [
            'id' => $credentials->getAccessKeyId(),
            'secret' => $credentials->getSecretKey(),
            'token' => $credentials->getSessionToken(),
            'expires' => $expires,
        ], $expires - time());
    }

    private static function secondsLeft(Credentials $credentials): int
    {
        return ($credentials->getExpireDate()?->getTimestamp() ?? PHP_INT_MAX) - time();
    }
}
