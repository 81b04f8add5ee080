using LogFlow.Testing;
using Microsoft.Extensions.Logging;

namespace LogFlow.Agent.Tests;

/// <summary>Crashes between every two steps of sending, and a queue that forgets.</summary>
public sealed class ExactlyOnceTests
{
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task CrashBetweenSendAndAck_TheQueueIsAskedOrRecognisesTheRepetition(bool tells, int repetitions)
    {
        await using var harness = new AgentHarness();
        harness.Queue.TellsProducers = tells;
        harness.AppendLines("a.log", 0, 5000);
        harness.AppendLines("b.log", 0, 5000);
        await harness.StartAsync();
        await harness.HasAsync(10_000);

        harness.Sink.DiesAfterNextAppend = true;
        harness.AppendLines("a.log", 5000, 100);
        await Eventually.TrueAsync(() => harness.Queue.Count > 10_000, "the next lines arrived");
        await harness.CrashAsync();
        await harness.StartAsync();
        harness.AppendLines("a.log", 5100, 10);
        await harness.FinishAsync(10_110);
        Assert.Equal(repetitions, harness.Queue.Duplicates);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
        AssertOrdered(harness, 10_110);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CrashAfterAppendBeforeAnswer_NoLineIsDoubled(bool powerCut)
    {
        await using var harness = new AgentHarness { PowerCuts = powerCut };
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await harness.HasAsync(100);
        harness.Queue.Block();
        harness.AppendLines("a.log", 100, 3000);
        harness.AppendLines("b.log", 0, 3000);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 6100, "read");
        await Eventually.TrueAsync(() => harness.Sink.Sent >= 2, "sent");

        // The batches that are under way arrive, but their answers do not.
        harness.Queue.Unblock();
        await harness.CrashAsync();
        var arrived = harness.Queue.Count;
        await harness.StartAsync();
        await harness.FinishAsync(6100);
        Assert.InRange(arrived, 100, 6100);
        AssertOrdered(harness, 6100);
    }

    [Fact]
    public async Task CrashBetweenIntentAndSend_LinesAreSentOnce()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 1000);

        // The moment the first intent is durable the agent dies: nothing was sent.
        harness.OnStorage = storage => storage.Synced = _ =>
        {
            if (harness.Agent?.GetStatus() is { LinesRead: > 0 })
            {
                harness.Sink.Kill();
                storage.Kill();
            }
        };
        await harness.StartAsync();
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 1000, "read");
        await Eventually.TrueAsync(() => harness.Sink.Sent > 0, "handed over");
        await harness.CrashAsync();
        Assert.Equal(0, harness.Queue.Count);
        harness.OnStorage = null;
        await harness.StartAsync();
        await harness.FinishAsync(1000);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Information, "are sent again under the same sequences"));
        AssertOrdered(harness, 1000);
    }

    [Fact]
    public async Task QueueForgotProducers_LinesAreSentUnderANewOne_Loudly()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await harness.HasAsync(100);
        harness.Queue.ForgetProducers();
        harness.AppendLines("a.log", 100, 100);
        await harness.FinishAsync(200);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "does not accept the sequence"));
        Assert.Equal(100, harness.Agent.GetStatus()!.LinesUncertain);
        AssertOrdered(harness, 200);
    }

    [Fact]
    public async Task BatchRefused_IsTriedAgainUnchanged()
    {
        await using var harness = new AgentHarness(
            static config => config.Kafka.BackoffMax = TimeSpan.FromMilliseconds(100));
        harness.Queue.Refuse(new SendOutcome(SendOutcomeKind.Refused, "TOPIC_AUTHORIZATION_FAILED"));
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await harness.FinishAsync(10);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "TOPIC_AUTHORIZATION_FAILED"));
        Assert.Equal(1, harness.Queue.Producers);
    }

    [Fact]
    public async Task TopicMadeAnew_AcknowledgedLinesAreNotSentAgain()
    {
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 100);
        await harness.StartAsync();
        await harness.HasAsync(100);
        await harness.StopAsync();
        harness.Queue.Recreate();
        harness.AppendLines("a.log", 100, 50);
        await harness.StartAsync();
        await harness.FinishAsync(50);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "is not the one that this agent wrote to"));
    }

    [Fact]
    public async Task TopicMadeAnewWithFewerPartitions_FilesGetNewOnes()
    {
        await using var harness = new AgentHarness();
        harness.Queue.PartitionCount = 50;
        for (var number = 0; number < 10; number++)
        {
            harness.AppendLines($"f{number}.log", 0, 5);
        }

        await harness.StartAsync();
        await harness.HasAsync(50);
        await harness.StopAsync();
        harness.Queue.Recreate();
        harness.Queue.PartitionCount = 1;
        for (var number = 0; number < 10; number++)
        {
            harness.AppendLines($"f{number}.log", 5, 5);
        }

        await harness.StartAsync();
        await harness.FinishAsync(50);
        Assert.All(harness.Queue.Records(), record => Assert.Equal(0, record.Partition));
    }

    [Fact]
    public async Task FileOfAnIntentIsGone_IsSaidLoudly_TheRestIsSent()
    {
        await using var harness = new AgentHarness();
        harness.Queue.PartitionCount = 1;
        harness.AppendLines("warm.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Block();
        harness.AppendLines("gone.log", 0, 10);
        await Eventually.TrueAsync(() => harness.Sink.Sent >= 2, "sent");
        harness.AppendLines("stays.log", 0, 10);
        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.LinesRead == 21, "read");
        await harness.CrashAsync();
        harness.Queue.Unblock();
        File.Delete(harness.PathOf("gone.log"));
        await harness.StartAsync();
        await harness.HasAsync(11);
        await harness.StopAsync();
        Assert.Equal(
            10, harness.Queue.Messages().Count(message => message.StartsWith("stays", StringComparison.Ordinal)));
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "they are lost"));
        Assert.True(harness.Agent.GetStatus()!.BytesLost > 0);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }

    [Fact]
    public async Task FiltersChangedOverACrash_IsSaid_NothingIsLost()
    {
        await using var harness = new AgentHarness();
        harness.Queue.PartitionCount = 1;
        harness.AppendLines("warm.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Block();
        harness.AppendLines("a.log", 0, 20);
        await Eventually.TrueAsync(() => harness.Sink.Sent >= 2, "sent");
        await harness.CrashAsync();
        harness.Queue.Unblock();
        await harness.StartAsync(config => config.Inputs[0].ExcludeLines = ["line 1$"]);
        await harness.FinishAsync(20);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Warning, "filters or limits were changed"));
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
        Assert.DoesNotContain("a.log line 1", harness.Queue.Messages());
    }

    [Fact]
    public async Task LongLinesAndEmptyLines_OverACrash_AreRebuiltAlike()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.Inputs[0].MessageMaxBytes = 500;
            config.Inputs[0].ExcludeLines = ["^drop"];
        });
        harness.Queue.PartitionCount = 1;
        harness.AppendLines("warm.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Block();
        harness.Append("a.log", $"one\n\n{new string('x', 2000)}\ndrop this\n{new string('y', 800_000)}\r\n\r\nlast\n");
        await Eventually.TrueAsync(
            () => harness.Agent.GetStatus() is { LinesRead: 5 } && harness.Sink.Sent >= 2, "sent");
        harness.Queue.Unblock();
        await harness.CrashAsync();
        await harness.StartAsync();
        await harness.FinishAsync(5);
        Assert.Equal(0, harness.Agent.GetStatus()!.LinesUncertain);
    }

    [Fact]
    public async Task RegistryDiskFull_SendingWaits_NothingIsLost()
    {
        // 27
        await using var harness = new AgentHarness();
        harness.AppendLines("a.log", 0, 10);
        await harness.StartAsync();
        await harness.HasAsync(10);
        harness.Storage.IsFull = true;
        harness.AppendLines("a.log", 10, 10);
        await Eventually.TrueAsync(
            () => harness.Agent.CheckHealth().Detail.Contains("registry", StringComparison.Ordinal), "not ready");
        Assert.Equal(10, harness.Queue.Count);
        harness.Storage.IsFull = false;
        await harness.FinishAsync(20);
        Assert.Equal(1, harness.Loggers.Count(LogLevel.Error, "cannot be written"));
        AssertOrdered(harness, 20);
    }

    [Fact]
    public async Task RegistrySyncFails_AgentEnds()
    {
        await using var harness = new AgentHarness();
        await harness.StartAsync();
        harness.Storage.SyncFails = true;
        harness.AppendLines("a.log", 0, 10);
        await Assert.ThrowsAsync<IOException>(() => harness.Agent.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, harness.Queue.Count);
    }

    [Fact]
    public async Task MemoryBudget_SlowQueue_IsKept()
    {
        await using var harness = new AgentHarness(config =>
        {
            config.MemoryQueue.Bytes = 2_000_000;
            config.Kafka.Compression = OutputCompression.None;
        });
        harness.AppendLines("warm.log", 0, 1);
        await harness.StartAsync();
        await harness.HasAsync(1);
        harness.Queue.Block();
        for (var number = 0; number < 20; number++)
        {
            harness.AppendLines($"f{number}.log", 0, 5000);
        }

        await Eventually.TrueAsync(() => harness.Agent.GetStatus()!.BytesInMemory > 1_000_000, "budget used");
        Assert.True(harness.Agent.GetStatus()!.BytesInMemory <= 2_000_000);
        harness.Queue.Unblock();
        await harness.FinishAsync(100_001);
    }

    private static void AssertOrdered(AgentHarness harness, int count)
    {
        Assert.Equal(count, harness.Queue.Messages().Distinct().Count());
        foreach (var file in harness.Queue.Records().GroupBy(record => record.Key))
        {
            Assert.Equal(file.Select(record => record.Offset).Order(), file.Select(record => record.Offset));
            Assert.Single(file.Select(record => record.Partition).Distinct());
        }
    }
}
