<?php

/**
 * The headers of one part of a form: which field it is, which name and type the client gives the file.
 */

declare(strict_types=1);

namespace ImageApp;

final readonly class PartHeaders
{
    public function __construct(private string $block)
    {
    }

    public function field(): ?string
    {
        return $this->parameter('name');
    }

    /** The client's name for the file: null for a plain field, '' when no file was chosen. */
    public function fileName(): ?string
    {
        $pattern = "~^content-disposition:[^\\r\\n]*;\\s*filename\\*=utf-8'[^'\\r\\n]*'([^;\\s]+)~im";

        return preg_match($pattern, $this->block, $m) === 1 ? rawurldecode($m[1]) : $this->parameter('filename');
    }

    public function contentType(): string
    {
        return preg_match('~^content-type:[ \t]*([^\r\n]*)~im', $this->block, $m) === 1 ? trim($m[1]) : '';
    }

    private function parameter(string $name): ?string
    {
        $pattern = '~^content-disposition:[^\r\n]*?;\s*' . $name . '=(?:"((?:[^"\\\\\r\n]|\\\\.)*)"|([^;\s"]+))~im';
        if (preg_match($pattern, $this->block, $m) !== 1) {
            return null;
        }
        $value = isset($m[2]) ? $m[2] : preg_replace('~\\\\(["\\\\])~', '$1', $m[1]);

        // How browsers write the three characters that cannot stand in a quoted name.
        return strtr((string) $value, ['%22' => '"', '%0D' => "\r", '%0A' => "\n"]);
    }
}
