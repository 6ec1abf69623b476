<?php

/**
 * Fills the templates. Every value goes through $escape, every address is relative.
 */

declare(strict_types=1);

namespace ImageApp;

final class Page
{
    /**
     * @param string               $root the way back from the page's own address
     * @param array<string, mixed> $view the template's variables
     */
    public static function render(string $template, string $root, array $view): string
    {
        $body = self::fill($template, ['root' => $root] + $view);

        return self::fill('document', [
            'root' => $root,
            'title' => isset($view['title']) ? "{$view['title']} · Image upload" : 'Image upload',
            'body' => $body,
        ]);
    }

    /** @param array<string, mixed> $view */
    private static function fill(string $template, array $view): string
    {
        $flags = ENT_QUOTES | ENT_SUBSTITUTE | ENT_HTML5;
        $view['escape'] = static fn (string $text): string => htmlspecialchars($text, $flags, 'UTF-8');
        ob_start();
        (static function () use ($template, $view): void {
            extract($view);
            require __DIR__ . "/../templates/{$template}.php";
        })();

        return (string) ob_get_clean();
    }
}
