using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue.Storage.Tests;

/// <summary>Many topics at once: each is durable, what they share is done once.</summary>
public sealed class TopicCreationTests
{
    private const int Count = 60;

    [Fact]
    public async Task ManyTopics_AtOnce_EachSurvivesAPowerCut()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        var manifests = 0;
        files.OnSync = path =>
        {
            if (path.EndsWith("/topic.tmp", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref manifests);
            }
        };
        var results = await logs.CreateTopicsAsync([.. Enumerable.Range(0, Count).Select(Topic)]);
        Assert.All(results, result => Assert.Equal(ErrorCode.None, result.Error));
        Assert.Equal(Count, manifests);
        for (var seed = 0; seed < 5; seed++)
        {
            await using var again = TestLog.Open(files.Crash(new Random(seed)));
            Assert.Equal(Count, again.Topics.Count);
            Assert.All(again.Topics, topic => Assert.Equal(3, topic.Partitions.Count));
        }
    }

    [Fact]
    public async Task SomeOfThem_Wrong_TheOthersAreMade()
    {
        var files = new MemoryFileSystem();
        await using var logs = TestLog.Open(files);
        await logs.CreateTopicAsync("t1", 1);
        var none = new Dictionary<string, string>();
        var results = await logs.CreateTopicsAsync(
        [
            Topic(1), new TopicCreation("", 1, none), new TopicCreation("t2", 0, none), Topic(4), Topic(4),
            new TopicCreation("t5", 1, new Dictionary<string, string> { ["retention.ms"] = "soon" }),
        ]);
        Assert.Equal(
            [
                ErrorCode.TopicAlreadyExists, ErrorCode.InvalidTopicException, ErrorCode.InvalidPartitions,
                ErrorCode.None, ErrorCode.InvalidRequest, ErrorCode.InvalidConfig,
            ],
            results.Select(result => result.Error));
        Assert.Equal(["t1", "t4"], logs.Topics.Select(topic => topic.Name).Order());
    }

    private static TopicCreation Topic(int number) => new($"t{number}", 3, new Dictionary<string, string>());
}
