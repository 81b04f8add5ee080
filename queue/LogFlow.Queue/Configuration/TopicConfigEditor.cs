using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Requests;
using LogFlow.Queue.Topics;

namespace LogFlow.Queue.Configuration;

/// <summary>
/// Alters topic settings, one alteration at a time so that none is lost. Broker settings come from queue.yml, which
/// stays the one place to look: altering them is refused.
/// </summary>
internal sealed class TopicConfigEditor(TopicCatalog topics, ConfigCatalog configs) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Applies <paramref name="edit"/> to the topic's own settings and makes the result durable.</summary>
    public async ValueTask<(ErrorCode Error, string? Message)> EditAsync(
        sbyte resourceType,
        string resourceName,
        bool isValidateOnly,
        Func<IReadOnlyDictionary<string, string>, (Dictionary<string, string>? Overrides, string? Problem)> edit)
    {
        switch (resourceType)
        {
            case ConfigResources.Topic:
                break;
            case ConfigResources.Broker or ConfigResources.BrokerLogger:
                return (ErrorCode.InvalidRequest, "Broker configurations are read from queue.yml at the start.");
            default:
                return (ErrorCode.InvalidRequest, $"Unsupported resource type: {resourceType}");
        }

        await _turn.WaitAsync();
        try
        {
            if (topics.Logs.FindTopic(resourceName) is not { } topic)
            {
                return (ErrorCode.UnknownTopicOrPartition, $"Topic '{resourceName}' does not exist.");
            }

            var (overrides, problem) = edit(topic.Config.Overrides);
            problem ??= configs.FindTopicConfigProblem(overrides!);
            if (problem is not null)
            {
                return (ErrorCode.InvalidConfig, problem);
            }

            if (isValidateOnly)
            {
                return (ErrorCode.None, null);
            }

            var result = await topics.Logs.SetTopicConfigAsync(topic.Id, overrides!);
            return (result.Error, result.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
