using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeLogDirs</b>, API key 35, versions 1-4.</para>
/// <para>Behaviour: the one data folder, the size of the partitions asked for (null: all), and the disk's size and free
/// bytes.</para>
/// <para>Versions: 2 is flexible; 3 a top-level error; 4 total and usable bytes (KIP-827).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeLogDirsHandler(TopicCatalog topics)
    : TypedRequestHandler<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    protected override ValueTask<DescribeLogDirsResponse?> HandleAsync(
        DescribeLogDirsRequest request, RequestContext context)
    {
        var folder = Path.GetFullPath(topics.Config.DataDirectory);
        var result = new DescribeLogDirsResponse.DescribeLogDirsResult { LogDir = folder };
        if (request.Topics is null)
        {
            foreach (var topic in topics.Logs.Topics)
            {
                Add(result, topic, Enumerable.Range(0, topic.Partitions.Count));
            }
        }
        else
        {
            foreach (var asked in request.Topics)
            {
                if (topics.Logs.FindTopic(asked.Topic) is { } topic)
                {
                    Add(result, topic, asked.Partitions.Where(partition => (uint)partition < topic.Partitions.Count));
                }
            }
        }

        try
        {
            var drive = new DriveInfo(folder);
            result.TotalBytes = drive.TotalSize;
            result.UsableBytes = drive.AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left at -1, unknown.
        }

        return new(new DescribeLogDirsResponse { Results = [result] });
    }

    private static void Add(
        DescribeLogDirsResponse.DescribeLogDirsResult result, Topic topic, IEnumerable<int> partitions)
    {
        var described = new DescribeLogDirsResponse.DescribeLogDirsTopic { Name = topic.Name };
        foreach (var partition in partitions)
        {
            described.Partitions.Add(new DescribeLogDirsResponse.DescribeLogDirsPartition
            {
                PartitionIndex = partition,
                PartitionSize = topic.Partitions[partition].SizeInBytes,
            });
        }

        result.Topics.Add(described);
    }
}
