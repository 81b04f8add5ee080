using System.Diagnostics.Metrics;
using LogFlow.Kafka.Protocol;
using LogFlow.Platform;
using LogFlow.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.Agent.Tests;

/// <summary>What reader threads share: the ways to the partitions.</summary>
public sealed class PublisherTests
{
    private const int PartitionCount = 16;
    private const int Rounds = 200;

    [Fact]
    public async Task ForPartition_ManyThreadsInAnyOrder_EachPartitionHasOneWay()
    {
        using var folder = new TempDirectory();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var counters = new AgentCounters();
        using var metrics = new AgentMetrics(services.GetRequiredService<IMeterFactory>(), counters, () => null);
        using var budget = new ByteBudget(1 << 20);
        await using var registry = Registry.Open(
            new RegistryDirectory(folder.File("registry")),
            new RegistryOptions(1 << 20, TimeSpan.FromSeconds(1)),
            TimeProvider.System,
            NullLogger.Instance);
        for (var round = 0; round < Rounds; round++)
        {
            await using var publisher = new Publisher(new PublishingContext(
                new PublisherOptions(CompressionType.None, 1, 1 << 20, 1000),
                new FakeSink(new FakeQueue(), round), registry, budget, metrics, counters, TimeProvider.System,
                NullLogger.Instance)
            {
                Topic = "logs",
            });

            // Two threads open the same partitions, from the highest and from the lowest number.
            var ways = new PartitionPublisher[2, PartitionCount];
            using var start = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    for (var index = 0; index < PartitionCount; index++)
                    {
                        var partition = thread == 0 ? index : PartitionCount - 1 - index;
                        ways[thread, partition] = publisher.ForPartition(partition);
                    }
                },
                TaskCreationOptions.LongRunning)));
            for (var partition = 0; partition < PartitionCount; partition++)
            {
                Assert.Same(ways[0, partition], ways[1, partition]);
                Assert.Same(ways[0, partition], publisher.ForPartition(partition));
            }
        }
    }
}
