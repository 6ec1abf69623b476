<?php

/**
 * What pages show: where the app runs, listings, and nothing as HTML that came from outside.
 */

declare(strict_types=1);

use ImageApp\ImageUrl;
use ImageApp\ListedImage;
use ImageApp\Page;
use ImageApp\S3Listing;
use ImageApp\TaskMetadata;

$id = 'cd189a933e5849daa93386466019ab50-2495160603';
$task = [
    'LaunchType' => 'FARGATE',
    'AvailabilityZone' => 'eu-central-1a',
    'TaskARN' => 'arn:aws:ecs:eu-central-1:123456789012:task/cluster/cd189a933e5849daa93386466019ab50',
    'Family' => 'php',
    'Revision' => '7',
    'Containers' => [['DockerId' => 'other'], ['DockerId' => $id, 'Name' => 'php']],
];
$endpoint = "http://169.254.170.2/v4/{$id}";
check('on fargate', [
    'Container' => $id,
    'Runtime' => 'PHP (Apache)',
    'Launch type' => 'FARGATE',
    'Availability zone' => 'eu-central-1a',
    'Task' => 'cd189a933e5849daa93386466019ab50',
    'Task definition' => 'php:7',
], TaskMetadata::factsOf($task, $endpoint, 'ip-10-0-0-1.ec2.internal'));
$here = ['Container' => 'ab12', 'Runtime' => 'PHP (Apache)'];
check('outside ecs', $here, TaskMetadata::factsOf([], '', 'ab12'));
$odd = ['LaunchType' => null, 'AvailabilityZone' => '', 'TaskARN' => ['x'], 'Containers' => ['x', ['DockerId' => 7]]];
check('odd metadata', $here, TaskMetadata::factsOf($odd, 'http://x/v4/', 'ab12'));
$onEc2 = ['Containers' => [['DockerId' => 'ef56'], ['DockerId' => 'ab1234']]];
check('on ec2', 'ab1234', TaskMetadata::factsOf($onEc2, 'http://x/v4/uuid', 'ab12')['Container']);
$alone = ['Containers' => [['DockerId' => 'ef56']]];
check('the only container', 'ef56', TaskMetadata::factsOf($alone, 'http://x/', 'h')['Container']);

$entry = static fn (string $key): string =>
    "<Contents><Key>{$key}</Key><LastModified>2025-11-28T16:00:00.000Z</LastModified><Size>1536</Size></Contents>";
$keys = ['uploads/', 'uploads/82-1/', 'uploads/82-1/a &amp; b.png', 'uploads/82-2/c.png'];
$listing = S3Listing::fromXml('<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    . '<IsTruncated>true</IsTruncated>' . implode('', array_map($entry, $keys)) . '</ListBucketResult>');
[$first, $second] = $listing->images;
check('listing', ['a & b.png', 'c.png', 'uploads/82-2/c.png'], [$first->name(), $second->name(), $listing->lastKey]);
check('listed', [1536, '2025-11-28T16:00:00Z'], [$first->size, $first->stored()]);
$empty = S3Listing::fromXml('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
check('empty listing', ['', []], [$empty->lastKey, $empty->images]);
check('no listing', [null, null], [S3Listing::fromXml('<Error/>'), S3Listing::fromXml('gateway timeout')]);
check('odd time', '', (new ListedImage('uploads/1/a', 1, '<x>'))->stored());

check('address', 'images/82-1/a%20b%3F%23%25.png', ImageUrl::of('images', 'uploads/82-1/a b?#%.png'));
check('address of the next page', '?after=82-1/%E7%8C%AB.png', ImageUrl::olderThan('uploads/82-1/猫.png'));

$evil = '"><script>alert(1)</script>';
$pages = [
    Page::render('error', '../', ['title' => 'Not Found', 'message' => $evil]),
    Page::render('view', '../../', [
        'title' => $evil, 'key' => "uploads/82-1/{$evil}", 'size' => 1, 'type' => 'image/png', 'isImage' => true,
        'width' => 3, 'height' => 2, 'stored' => 0,
    ]),
    Page::render('home', '', [
        'facts' => ['Container' => $evil], 'message' => $evil, 'alert' => '', 'maxBytes' => 1, 'maxFiles' => 20,
        'images' => [new ListedImage("uploads/82-1/{$evil}", 1, '')], 'isOlder' => true, 'older' => "?after={$evil}",
    ]),
];
foreach ($pages as $number => $html) {
    check("page {$number}: nothing is HTML that came from outside", false, str_contains($html, '<script>alert'));
    check("page {$number}: one style, one script", [1, 1], [
        preg_match_all('~href="(?:\.\./)*assets/app-[0-9a-f]{16}\.css"~', $html),
        preg_match_all('~<script src="(?:\.\./)*assets/app-[0-9a-f]{16}\.js"></script>~', $html),
    ]);
    check("page {$number}: nothing inline", 0, preg_match('~ style=| on[a-z]+=|<style~', $html));
}
