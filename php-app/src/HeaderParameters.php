<?php

/**
 * The parameters of a header's value: `form-data; name="fileToUpload"; filename="cat.png"`.
 * The Rust app reads them in the same way; change both.
 */

declare(strict_types=1);

namespace ImageApp;

final class HeaderParameters
{
    /** A parameter: its name, and its value, quoted (its last quote may be missing) or up to the next semicolon. */
    private const PARAMETER = '~;([^=;]*)(?:=\s*(?:"((?:\\\\["\\\\]|[^"])*+)"?[^;]*|([^;]*)))?~';

    /** @return array<string, string> by their names in lower case; of several with one name the first */
    public static function of(string $value): array
    {
        $start = strpos($value, ';');
        if ($start === false) {
            return [];
        }
        preg_match_all(self::PARAMETER, substr($value, $start), $matches, PREG_SET_ORDER | PREG_UNMATCHED_AS_NULL);
        $parameters = [];
        foreach ($matches as [, $name, $quoted, $plain]) {
            // Browsers write a quote as %22. Other programs put a backslash before it and before a backslash; one
            // before anything else is part of a Windows path.
            $parameters[strtolower(trim($name))] ??= $quoted === null
                ? trim($plain ?? '')
                : (string) preg_replace('~\\\\(["\\\\])~', '$1', $quoted);
        }

        return $parameters;
    }
}
