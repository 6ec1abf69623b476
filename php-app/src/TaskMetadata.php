<?php

/**
 * Where this container runs, as ECS reports it.
 *
 * AWS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
 */

declare(strict_types=1);

namespace ImageApp;

final class TaskMetadata
{
    private const CACHE_KEY = 'image-app.task-metadata';

    /** Until the next try when the endpoint did not answer. */
    private const ASK_AGAIN_SECONDS = 60;

    private const ASK_MILLISECONDS = 500;

    /**
     * Label => value for the page.
     *
     * @return array<string, string>
     */
    public static function facts(): array
    {
        $endpoint = getenv('ECS_CONTAINER_METADATA_URI_V4');
        $task = is_string($endpoint) && $endpoint !== '' ? self::task($endpoint) : [];

        return self::factsOf($task, (string) $endpoint, (string) gethostname());
    }

    /**
     * @param array<mixed> $task what the endpoint answers, which is anything
     *
     * @return array<string, string>
     */
    public static function factsOf(array $task, string $endpoint, string $hostName): array
    {
        return array_filter([
            'Container' => self::containerId($task, $endpoint, $hostName),
            'Runtime' => 'PHP (Apache)',
            'Launch type' => self::text($task, 'LaunchType'),
            'Availability zone' => self::text($task, 'AvailabilityZone'),
            'Task' => self::lastPart(self::text($task, 'TaskARN')),
            // By it one knows during a deployment whether blue or green answers.
            'Task definition' => trim(self::text($task, 'Family') . ':' . self::text($task, 'Revision'), ':'),
        ], static fn (string $value): bool => $value !== '');
    }

    /**
     * The id that ECS gives this container of the task. Elsewhere the host name is the start of the id.
     *
     * @param array<mixed> $task
     */
    private static function containerId(array $task, string $endpoint, string $hostName): string
    {
        $containers = is_array($task['Containers'] ?? null) ? $task['Containers'] : [];
        foreach ($containers as $container) {
            $id = is_array($container) ? self::text($container, 'DockerId') : '';
            // On Fargate the endpoint's address ends with the id; on EC2 the host name is its start.
            $isThis = $id === self::lastPart($endpoint) || ($hostName !== '' && str_starts_with($id, $hostName));
            if ($id !== '' && ($isThis || count($containers) === 1)) {
                return $id;
            }
        }

        return $hostName;
    }

    /** @return array<mixed> */
    private static function task(string $endpoint): array
    {
        $task = apcu_fetch(self::CACHE_KEY);
        if (!is_array($task)) {
            $task = self::ask($endpoint);
            // A task never moves; what was not known yet (the endpoint was late) is asked for again soon.
            apcu_store(self::CACHE_KEY, $task, $task === [] ? self::ASK_AGAIN_SECONDS : 0);
        }

        return $task;
    }

    /** @return array<mixed> */
    private static function ask(string $endpoint): array
    {
        $curl = curl_init($endpoint . '/task');
        curl_setopt_array($curl, [
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FAILONERROR => true,
            CURLOPT_TIMEOUT_MS => self::ASK_MILLISECONDS,
            CURLOPT_PROXY => '',
        ]);
        $answer = curl_exec($curl);
        $task = is_string($answer) ? json_decode($answer, true) : null;
        if (!is_array($task)) {
            $cause = curl_error($curl);
            Log::warning("task metadata: no usable answer from ECS_CONTAINER_METADATA_URI_V4 yet: {$cause}");

            return [];
        }

        return array_intersect_key($task, array_flip(['LaunchType', 'AvailabilityZone', 'TaskARN', 'Family', 'Revision', 'Containers']));
    }

    /** @param array<mixed> $from */
    private static function text(array $from, string $field): string
    {
        return is_string($from[$field] ?? null) ? $from[$field] : '';
    }

    private static function lastPart(string $path): string
    {
        return basename($path);
    }
}
