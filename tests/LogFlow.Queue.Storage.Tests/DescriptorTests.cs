using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>
/// File descriptors that run out are no disk failure: the log has a reserve, then refuses for the moment, and goes on.
/// </summary>
public sealed class DescriptorTests : IDisposable
{
    private readonly MemoryFileSystem _files = new();
    private readonly CollectingLogs _said = new();

    // Descriptors that are free; each that the log opens is given to it as long as there is one.
    private int _free = int.MaxValue / 2;
    private bool _isCounting;

    [Fact]
    public async Task NoDescriptor_AppendIsRefusedForNow_NothingGoesOffline()
    {
        await using var logs = Open();
        var known = await logs.PartitionAsync("known");
        await known.AppendOkAsync(Some.RecordBatch(2));
        var fresh = await logs.PartitionAsync("fresh");
        RunOut();

        // Its file is not open yet; that of the other one is closed to make room, and cannot be opened again.
        Assert.Equal(ErrorCode.KafkaStorageError, (await fresh.AppendAsync(Some.RecordBatch(1))).Error);
        for (var i = 0; i < 3; i++)
        {
            var error = (await known.AppendAsync(Some.RecordBatch(1))).Error;
            Assert.True(error is ErrorCode.None or ErrorCode.KafkaStorageError, error.ToString());
        }

        Assert.False(known.IsOffline || fresh.IsOffline);
        Assert.True(logs.IsShortOfDescriptors);
        Assert.Equal(1, _said.Count(LogLevel.Error, "All file descriptors are in use"));
        _isCounting = false;
        Assert.Equal(0, await fresh.AppendOkAsync(Some.RecordBatch(1)));
        var end = known.HighWatermark;
        Assert.Equal(end, await known.AppendOkAsync(Some.RecordBatch(1)));
        Assert.Equal(end + 1, known.ReadAll().Sum(batch => batch.Header.Count));
        Assert.DoesNotContain(_said.Lines, line => line.Message.Contains("offline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reserve_KeepsTheLogGoingAndIsTakenBack()
    {
        var time = new Testing.ManualTime();
        await using var logs = Open(time);
        var log = await logs.PartitionAsync();
        RunOut(isReserveEmpty: false);
        Assert.Equal(0, await log.AppendOkAsync(Some.RecordBatch(1)));
        Assert.True(logs.IsShortOfDescriptors);
        _isCounting = false;
        await Eventually.TrueAsync(
            () =>
            {
                time.AdvanceMs(2000);
                return !logs.IsShortOfDescriptors;
            },
            "the shortage is over");
        Assert.Equal(1, _said.Count(LogLevel.Information, "File descriptors are free again"));
    }

    [Fact]
    public async Task Roll_WithoutDescriptor_GoesOnInTheOldSegment()
    {
        await using var logs = Open(config: new TopicConfig { SegmentBytes = 2000 });
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 1500));
        RunOut();
        Assert.Equal(
            ErrorCode.KafkaStorageError, (await log.AppendAsync(Some.RecordBatch(1, valueSize: 1500))).Error);
        _isCounting = false;
        for (var offset = 1; offset < 5; offset++)
        {
            Assert.Equal(offset, await log.AppendOkAsync(Some.RecordBatch(1, valueSize: 1500)));
        }

        Assert.Equal(5, log.ReadAll().Count);
    }

    [Fact]
    public async Task Read_WithoutDescriptor_IsRefusedWithoutALineEach()
    {
        await using var logs = Open();
        var log = await logs.PartitionAsync();
        await log.AppendOkAsync(Some.RecordBatch(1));
        log.CloseIdleFiles(idleMs: 0);
        RunOut();
        for (var i = 0; i < 5; i++)
        {
            using var result = log.Read(0, 1000);
            Assert.Equal(ErrorCode.KafkaStorageError, result.Error);
        }

        Assert.Single(_said.At(LogLevel.Error));
        _isCounting = false;
        Assert.Single(log.ReadAll());
    }

    [Fact]
    public async Task DirectorySync_WaitsForADescriptor_WhatIsWrittenIsAcknowledged()
    {
        await using var logs = Open();
        var log = await logs.PartitionAsync();
        var refused = 0;
        _files.OnSync = path =>
        {
            if (path.EndsWith("/0", StringComparison.Ordinal) && refused < 40)
            {
                refused++;
                throw OutOfDescriptors.Create();
            }
        };
        Assert.Equal(0, await log.AppendOkAsync(Some.RecordBatch(1)));
        Assert.Equal(40, refused);
        Assert.False(log.IsOffline);
    }

    [Fact]
    public async Task StateFile_CompactionWithoutDescriptor_IsPutOffAndChangesGoOn()
    {
        await using var logs = Open();
        var state = logs.OpenStateLog("offsets");
        RunOut();
        var value = new byte[100_000];
        for (var i = 0; i < 30; i++)
        {
            value[0] = (byte)i;
            Assert.Equal(ErrorCode.None, await state.WriteAsync([new StateChange("k"u8.ToArray(), value.ToArray())]));
        }

        await Eventually.TrueAsync(
            () => _said.Count(LogLevel.Warning, "could not be made smaller") > 0, "the compaction is put off");
        Assert.False(state.IsOffline);
        _isCounting = false;
        await Eventually.TrueAsync(
            async () =>
            {
                await state.WriteAsync([new StateChange("k"u8.ToArray(), value.ToArray())]);
                return _files.Files[Path.Combine(TestLog.Root, "state", "offsets")].Length < 2_000_000;
            },
            "it is made up for");
        Assert.True(state.TryGet("k"u8, out var kept));
        Assert.Equal(value, kept.ToArray());
    }

    public void Dispose() => _said.Dispose();

    private LogManager Open(TimeProvider? time = null, TopicConfig? config = null)
    {
        time ??= TimeProvider.System;
        _files.OnOpen = _ =>
        {
            if (_isCounting && _free <= 0)
            {
                throw OutOfDescriptors.Create();
            }
        };
        var reserve = new DescriptorReserve(() => new Held(this), time, _said);
        return TestLog.Open(TestLog.Options(_files, config) with { Descriptors = reserve }, time, _said);
    }

    private void RunOut(bool isReserveEmpty = true)
    {
        // What the reserve gives up is free only where it counts.
        _free = isReserveEmpty ? -1000 : 0;
        _isCounting = true;
    }

    private sealed class Held : IDisposable
    {
        private readonly DescriptorTests _tests;

        public Held(DescriptorTests tests)
        {
            if (tests._isCounting && tests._free <= 0)
            {
                throw OutOfDescriptors.Create();
            }

            _tests = tests;
        }

        public void Dispose() => Interlocked.Increment(ref _tests._free);
    }
}
