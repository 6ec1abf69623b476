<?php

/**
 * Bytes that stand instead of a file's own are the same ones in whatever pieces, and in whatever order, it is read.
 */

declare(strict_types=1);

use ImageApp\Edits;
use ImageApp\FileSlice;

$edits = [0 => 'AB', 2 => 'C', 5 => 3, 10 => 'WXYZ', 14 => 2, 19 => '!'];
$found = 0;
$slice = (new FileSlice(stream('..abcdefghijklmnopqrst..'), 2, 20))->with(new Edits(
    static function () use ($edits, &$found): Generator {
        $found++;
        yield from $edits;
    },
));
$whole = "ABCde\0\0\0ijWXYZ\0\0qrs!";
foreach (range(1, 20) as $bytes) {
    $found = 0;
    $read = '';
    for ($offset = 0; $offset < 20; $offset += $bytes) {
        $read .= $slice->at($offset, $bytes);
    }
    check("in pieces of {$bytes}", [$whole, true], [$read, $found <= 1]);
}
foreach (range(0, 19) as $from) {
    foreach ([1, 3, 20] as $bytes) {
        check("{$bytes} from {$from} on", substr($whole, 19 - $from, $bytes), $slice->at(19 - $from, $bytes));
        check("{$bytes} from {$from} on, once more", substr($whole, 19 - $from, $bytes), $slice->at(19 - $from, $bytes));
    }
}

$fails = true;
$edits = new Edits(static function () use (&$fails): Generator {
    yield 0 => 'A';
    $fails && throw new RuntimeException('the disk is full');
    yield 3 => 'D';
});
try {
    $edits->in(0, 'abcd');
} catch (RuntimeException) {
    $fails = false;
}
check('nothing is lost by a failure', [false, 'cD'], [$fails, $edits->in(2, 'cd')]);
