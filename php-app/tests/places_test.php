<?php

/**
 * Places that processes share.
 */

declare(strict_types=1);

use ImageApp\Places;

$places = new Places('test-' . getmypid(), 3);
$taken = [$places->take(), $places->take(), $places->take()];
check('as many as there are', [true, true, true], array_map(is_resource(...), $taken));
check('no more', null, $places->take());
fclose($taken[1]);
$again = $places->take();
check('what is given back', true, is_resource($again));
check('other places', true, is_resource((new Places('others-' . getmypid(), 1))->take()));
array_map(unlink(...), glob('/tmp/image-app-places/*-' . getmypid() . '-*'));
