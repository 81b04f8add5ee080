using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterReplicaLogDirs</b>, API key 34, versions 1-2.</para>
/// <para>Behaviour: there is one folder; a partition can stay in it, and go nowhere else.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class AlterReplicaLogDirsHandler(TopicCatalog topics)
    : TypedRequestHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>
{
    protected override ValueTask<AlterReplicaLogDirsResponse?> HandleAsync(
        AlterReplicaLogDirsRequest request, RequestContext context)
    {
        var response = new AlterReplicaLogDirsResponse();
        var folder = Path.GetFullPath(topics.Config.DataDirectory);
        foreach (var (topic, partitions) in ByTopic(request))
        {
            var answer = new AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult { TopicName = topic };
            foreach (var (partition, path) in partitions)
            {
                answer.Partitions.Add(new AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult
                {
                    PartitionIndex = partition,
                    ErrorCode = path.TrimEnd('/') != folder ? ErrorCode.LogDirNotFound
                        : topics.Contains(topic, partition) ? ErrorCode.None
                        : ErrorCode.UnknownTopicOrPartition,
                });
            }

            response.Results.Add(answer);
        }

        return new(response);
    }

    private static IEnumerable<(string Topic, List<(int Partition, string Path)> Partitions)> ByTopic(
        AlterReplicaLogDirsRequest request)
    {
        foreach (var topic in request.Dirs.SelectMany(dir => dir.Topics.Select(topic => (dir.Path, Topic: topic)))
            .GroupBy(one => one.Topic.Name))
        {
            yield return (
                topic.Key,
                [.. topic.SelectMany(one => one.Topic.Partitions.Select(partition => (partition, one.Path)))]);
        }
    }
}
