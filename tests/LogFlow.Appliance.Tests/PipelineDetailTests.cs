using LogFlow.Agent;
using LogFlow.Processor;
using LogFlow.Queue;

namespace LogFlow.Appliance.Tests;

public class PipelineDetailTests
{
    [Fact]
    public void ToJson_PartsThatDoNotRunHere_AreNull()
    {
        var json = new PipelineDetail(null, [], null, null, [], null).ToJson();

        Assert.Null(json["agent"]);
        Assert.Null(json["store"]);
        Assert.Empty(json["files"]!.AsArray());
    }

    [Fact]
    public void ToJson_HasFilesByWhatIsBehind_PartitionsGroupsAndBooks()
    {
        var queue = new QueueStatus(7, 70, 0, 100, 1,
            [new QueueTopicStatus("logs", Guid.Empty, [new QueuePartitionStatus(1, 8, 100, false)])],
            [new QueueGroupStatus("logflow", "Stable", 1, [new QueueGroupOffset("logs", 0, 6, 2)])]);
        var processor = new ProcessorStatus(5, 50, 4, 0, 1, 2, 0, [])
        {
            Books = new ProcessorBooks(5, 1, 4, 0, 0, 1, 0, 0),
        };

        var json = new PipelineDetail(
            null,
            [new AgentFile("/a", "up", 10, 10, true, false), new AgentFile("/b", "up", 10, 3, true, false)],
            queue,
            processor,
            [new StatementStatus("grok", "default.conf:3:5", 5, 5, 4, 1, TimeSpan.FromMilliseconds(2))],
            null).ToJson();

        Assert.Equal("/b", $"{json["files"]![0]!["path"]}");
        Assert.Equal(7, json["files"]![0]!["behind"]!.GetValue<long>());
        Assert.Equal(8, json["queue"]!["partitions"]![0]!["end"]!.GetValue<long>());
        Assert.Equal(2, json["queue"]!["groups"]![0]!["lag"]!.GetValue<long>());
        Assert.Equal(1, json["processor"]!["books"]!["difference"]!.GetValue<long>());
        Assert.Equal(2, json["statements"]![0]!["ms"]!.GetValue<double>());
    }
}
