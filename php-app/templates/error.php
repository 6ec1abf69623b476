<?php

/**
 * The page of a request that failed.
 *
 * @var string                  $root
 * @var string                  $title
 * @var string                  $message
 * @var Closure(string): string $escape
 */

declare(strict_types=1);

?>
<header class="top">
<h1><?= $escape($title) ?></h1>
</header>
<main class="trouble">
<p class="flash bad" role="alert"><?= $escape(ucfirst($message)) ?></p>
<a class="button plain" href="<?= $escape($root) ?>">Back to the images</a>
</main>
