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
<a class="back" href="<?= $escape($root) ?>"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M19 12H5m6-6-6 6 6 6"/></svg>All images</a>
<h1><?= $escape($title) ?></h1>
</header>
<main class="trouble">
<p class="flash bad" role="alert"><?= $escape(ucfirst($message)) ?></p>
<a class="button plain" href="<?= $escape($root) ?>">Back to the images</a>
</main>
