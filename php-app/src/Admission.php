<?php

/**
 * Who is let in. Apache has so many processes (Workers.php) and each request holds one, so that slow ones (uploads and
 * those that wait for their turn, then whatever waits for S3) must never hold all of them.
 */

declare(strict_types=1);

namespace ImageApp;

final class Admission
{
    /** One worker of so many is left for health checks, assets, and for telling the others to come again ... */
    private const FOR_THE_QUICK = 8;

    /** ... and one more of so many for pages and images. */
    private const FOR_PAGES = 16;

    private const TURN_SECONDS = 10.0;
    private const LOOK_AGAIN_SECONDS = 0.2;
    private const RETRY_AFTER = 5;

    /** Requests are counted a second at a time, in a few counters in turn. */
    private const COUNTERS = 8;
    private const COUNTER_SECONDS = 3;

    /** @var list<resource> held until the request ends */
    private static array $held = [];

    /** @var resource|null */
    private static mixed $turn = null;

    /** @throws Refused if there were as many requests as allowed in this second */
    public static function countRequest(int $maxPerSecond): void
    {
        if ($maxPerSecond === 0) {
            return;
        }
        $key = 'image-app.requests.' . time() % self::COUNTERS;
        $requests = apcu_inc($key, 1, $counted, self::COUNTER_SECONDS);
        if ($counted && $requests > $maxPerSecond) {
            throw Refused::busy(1);
        }
    }

    /** @throws Refused if all workers that may wait for S3 do */
    public static function requestToS3(): void
    {
        self::$held[] = self::places('s3')->take() ?? throw Refused::busy(self::RETRY_AFTER);
    }

    /**
     * A turn among the uploads, after a wait if need be. Nothing of the body is read meanwhile.
     *
     * @throws Refused if there is no room even to wait, or the turn does not come
     */
    public static function upload(int $maxUploads): void
    {
        self::$held[] = self::places('waiting')->take() ?? throw Refused::busy(self::RETRY_AFTER);
        $turns = new Places('uploads', min($maxUploads, self::placesFor('uploads', Config::workers())));
        $deadline = new Deadline(self::TURN_SECONDS);
        while ((self::$turn = $turns->take()) === null) {
            // Not all at once.
            if (!$deadline->pause(self::LOOK_AGAIN_SECONDS * random_int(50, 150) / 100)) {
                throw Refused::busy(self::RETRY_AFTER);
            }
        }
    }

    /** The next upload may begin; this one still has a worker. */
    public static function endTurn(): void
    {
        self::$turn = null;
    }

    /**
     * How many of the workers may do something: what waits for S3, the uploads among it and those that wait for their
     * turn, and the uploads that have it.
     *
     * @param 's3'|'waiting'|'uploads' $what
     */
    public static function placesFor(string $what, int $workers): int
    {
        $s3 = $workers - max(2, intdiv($workers, self::FOR_THE_QUICK));
        $waiting = max(1, $s3 - max(1, intdiv($workers, self::FOR_PAGES)));

        return match ($what) {
            's3' => $s3,
            'waiting' => $waiting,
            // Some wait, whatever the setting says: a burst is not to be turned away at once.
            'uploads' => max(1, intdiv($waiting * 3, 4)),
        };
    }

    /** @param 's3'|'waiting' $what */
    private static function places(string $what): Places
    {
        return new Places($what, self::placesFor($what, Config::workers()));
    }
}
