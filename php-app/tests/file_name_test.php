<?php

/**
 * What an uploaded file is called, case by case.
 */

declare(strict_types=1);

use ImageApp\FileName;

foreach ([
    'plain' => ['cat.png', 'cat.png'],
    'unix path' => ['/home/me/cat.png', 'cat.png'],
    'windows path' => ['C:\\Users\\me\\cat.png', 'cat.png'],
    'traversal' => ['../../etc/passwd', 'passwd'],
    'a folder' => ['dir/', 'image.png'],
    'unicode' => ['Über Straße 猫 1.png', 'Über Straße 猫 1.png'],
    'letter plus accent' => ["e\u{301}.png", "e\u{301}.png"],
    'emoji' => ['😀.png', '😀.png'],
    'joined emoji' => ["👩\u{200D}👧\u{FE0F}.png", "👩\u{200D}👧\u{FE0F}.png"],
    'the other joiner' => ["a\u{200C}b", "a\u{200C}b"],
    'kept punctuation' => ['a-b_c (1).png', 'a-b_c (1).png'],
    'other punctuation' => ['a!"#$%&\'*+,:;<=>?@[]^`{|}~b.png', 'ab.png'],
    'other alphabets\' punctuation' => ['«a»、b…', '«a»、b…'],
    'control characters' => ["a\r\nb\0c\td\x7F\u{85}\u{9F}.png", 'abcd.png'],
    'markup' => ['<b>"x"&\'.png', 'bx.png'],
    'invalid utf-8' => ["a\xFFb\xC3(\xE2\x82.png\xF0\x9F", 'ab(.png'],
    'overlong and surrogates' => ["a\xC0\xAFb\xE0\x80\xAFc\xED\xA0\x80d\xF4\x90\x80\x80", 'abcd'],
    'invisible' => ["a\u{AD}\u{61C}\u{180E}\u{200B}\u{200E}\u{200F}\u{2060}\u{2069}\u{206F}\u{FEFF}\u{FFF9}b", 'ab'],
    'direction' => ["\u{202E}gnp.exe", 'gnp.exe'],
    'replacement character' => ["a\u{FFFD}\u{FFFF}b", 'ab'],
    'private use' => ["a\u{E000}\u{F8FF}\u{F0000}\u{10FFFF}b", 'ab'],
    'tags' => ["🏴\u{E0067}\u{E007F}", '🏴'],
    'variation selectors beyond the tags' => ["a\u{E0100}", "a\u{E0100}"],
    'white space' => ["a\u{A0}b\u{1680}c\u{2003}d\u{2028}e\u{2029}f\u{202F}g\u{205F}h\u{3000}i", 'a b c d e f g h i'],
    'spaces and dots at the start' => ["\u{3000} .. .a.png", 'a.png'],
    'hidden file' => ['.htaccess', 'htaccess'],
    'spaces at the end' => ["a.png \u{A0}", 'a.png'],
    'dots at the end' => ['a.png..', 'a.png..'],
    'empty' => ['', 'image.png'],
    'dots' => ['..', 'image.png'],
    'nothing left' => ["<\u{200B}>", 'image.png'],
    'exactly 100 bytes' => [str_repeat('a', 100), str_repeat('a', 100)],
    '101 bytes' => [str_repeat('a', 101), str_repeat('a', 100)],
    'cut before a character' => [str_repeat('a', 99) . 'é', str_repeat('a', 99)],
    'character fits' => [str_repeat('a', 98) . 'éb', str_repeat('a', 98) . 'é'],
    'extension kept' => [str_repeat('a', 100) . '.jpeg', str_repeat('a', 95) . '.jpeg'],
    'extension kept, stem cut before a character' => [str_repeat('猫', 40) . '.png', str_repeat('猫', 32) . '.png'],
    'extension kept, no space before it' => [
        str_repeat('a', 94) . '  ' . str_repeat('b', 9) . '.png',
        str_repeat('a', 94) . '.png',
    ],
    'extension of 16 bytes' => [
        str_repeat('a', 100) . '.' . str_repeat('x', 15),
        str_repeat('a', 84) . '.' . str_repeat('x', 15),
    ],
    'extension of 17 bytes' => [str_repeat('a', 90) . '.' . str_repeat('x', 16), str_repeat('a', 90) . '.xxxxxxxxx'],
    'cut at a space' => [str_repeat('a', 99) . ' b', str_repeat('a', 99)],
] as $case => [$name, $safe]) {
    check("file name: {$case}", $safe, FileName::safe($name, 'png'));
    check("file name, made safe again: {$case}", $safe, FileName::safe($safe, 'png'));
}
