import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTracker, bytesMax } from '../../scripts/build/tracker.mjs';
import { trackerSource } from '../support/recorder.mjs';

test('the tracker is under 1,000 bytes as served', async () => {
    assert.ok(Buffer.byteLength(await buildTracker(trackerSource)) < 1000);
});

test('a tracker over its budget fails the build', async () => {
  const longer = `${trackerSource}\nconsole.log("${'x'.repeat(bytesMax)}");`;
  await assert.rejects(buildTracker(longer), /999 are allowed/);
});

test('a hand-tuned place that is gone fails the build', async () => {
  const edited = trackerSource.replace('/1|yes|true/', '/true|yes|1/');
  assert.notEqual(edited, trackerSource);
  await assert.rejects(buildTracker(edited), /nothing to replace/);
});
