<?php

/**
 * What an upload that failed or an image that was deleted may have left in the bucket, and its removal. An S3 that fails
 * one call often fails the next: so it is tried once before the client is answered, and then again and again.
 */

declare(strict_types=1);

namespace ImageApp;

final class Cleanup
{
    /** All objects together, each time. */
    private const TRY_SECONDS = 2.0;

    /** The last one is over before ECS would kill the task. */
    private const PAUSES = [0.5, 1, 2, 3, 5, 8];

    /** @param list<string> $keys also those under which nothing may be */
    public function __construct(private readonly S3Client $s3, private array $keys)
    {
    }

    public function remove(): void
    {
        $this->attempt();
        if ($this->keys !== []) {
            Admission::endTurn();
            AfterAnswer::run($this->goOn(...));
        }
    }

    private function goOn(): void
    {
        foreach (self::PAUSES as $pause) {
            usleep((int) ($pause * 1e6));
            $this->attempt();
            if ($this->keys === []) {
                return;
            }
        }
        Log::error('these stay behind in the bucket, delete them by hand: ' . implode(' ', $this->keys));
    }

    private function attempt(): void
    {
        $deadline = new Deadline(self::TRY_SECONDS);
        foreach ($this->keys as $index => $key) {
            try {
                $this->s3->delete($key, $deadline);
                unset($this->keys[$index]);
            } catch (S3Error $error) {
                Log::warning("{$error->getMessage()}; it is tried again");
            }
        }
    }
}
