<?php

/**
 * The metadata of a file costs more than its budget.
 */

declare(strict_types=1);

namespace ImageApp\Location;

final class Spent extends \Exception
{
}
