<?php

/**
 * What ECS tells a container about its task: launch type and availability zone.
 */

declare(strict_types=1);

namespace ImageApp;

final class TaskMetadata
{
    private const CACHE_KEY = 'image-app.task-metadata';

    /** Fields of the endpoint's answer => how the page names them. */
    private const SHOWN = ['LaunchType' => 'Launch type', 'AvailabilityZone' => 'Availability zone'];

    /**
     * Label => value for the page; nothing outside ECS.
     *
     * @return array<string, string>
     */
    public static function facts(): array
    {
        $endpoint = getenv('ECS_CONTAINER_METADATA_URI_V4');
        if (!is_string($endpoint) || $endpoint === '') {
            return [];
        }
        $facts = apcu_fetch(self::CACHE_KEY);
        if (!is_array($facts)) {
            $facts = self::ask($endpoint);
            // A task never moves; what was not known yet (the endpoint was late) is asked for again soon.
            apcu_store(self::CACHE_KEY, $facts, $facts === [] ? 60 : 0);
        }

        return $facts;
    }

    /** @return array<string, string> */
    private static function ask(string $endpoint): array
    {
        $curl = curl_init($endpoint . '/task');
        curl_setopt_array($curl, [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT_MS => 500, CURLOPT_PROXY => '']);
        $answer = curl_exec($curl);
        $task = is_string($answer) ? json_decode($answer, true) : null;
        if (!is_array($task)) {
            error_log('task metadata: no usable answer from ECS_CONTAINER_METADATA_URI_V4: ' . curl_error($curl));

            return [];
        }
        $facts = [];
        foreach (self::SHOWN as $field => $label) {
            if (is_string($task[$field] ?? null) && $task[$field] !== '') {
                $facts[$label] = $task[$field];
            }
        }

        return $facts;
    }
}
