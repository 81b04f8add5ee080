using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Alters settings of topics and groups, one alteration at a time so that none is lost. Broker settings come from
/// queue.yml, which stays the one place to look: altering them is refused.
/// </summary>
internal sealed class ConfigEditor(TopicCatalog topics, GroupConfigs groups, ConfigCatalog configs) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Applies <paramref name="edit"/> to the resource's own settings and makes the result durable.</summary>
    public async ValueTask<(ErrorCode Error, string? Message)> EditAsync(
        sbyte resourceType,
        string resourceName,
        bool isValidateOnly,
        Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit)
    {
        await _turn.WaitAsync();
        try
        {
            return resourceType switch
            {
                ConfigResources.Topic => await EditTopicAsync(resourceName, isValidateOnly, edit),
                ConfigResources.Group => await EditGroupAsync(resourceName, isValidateOnly, edit),
                ConfigResources.Broker or ConfigResources.BrokerLogger => (
                    ErrorCode.InvalidRequest, "Broker configurations are read from queue.yml at the start."),
                _ => (ErrorCode.InvalidRequest, $"Unsupported resource type: {resourceType}"),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<(ErrorCode Error, string? Message)> EditTopicAsync(
        string name,
        bool isValidateOnly,
        Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit)
    {
        if (topics.Logs.FindTopic(name) is not { } topic)
        {
            return (ErrorCode.UnknownTopicOrPartition, $"Topic '{name}' does not exist.");
        }

        var (error, message, overrides) = edit(topic.Config.Overrides);
        if (error != ErrorCode.None)
        {
            return (error, message);
        }

        if (configs.FindTopicConfigProblem(overrides) is { } problem)
        {
            return (ErrorCode.InvalidConfig, problem);
        }

        if (isValidateOnly)
        {
            return (ErrorCode.None, null);
        }

        var result = await topics.Logs.SetTopicConfigAsync(topic.Id, overrides);
        return (result.Error, result.Message);
    }

    /// <summary>The group need not be there: its configs wait for it.</summary>
    private async ValueTask<(ErrorCode Error, string? Message)> EditGroupAsync(
        string groupId,
        bool isValidateOnly,
        Func<IReadOnlyDictionary<string, string>, ConfigEdit> edit)
    {
        if (groupId.Length == 0)
        {
            return (ErrorCode.InvalidRequest, "Default group resources are not allowed.");
        }

        var (error, message, overrides) = edit(groups.Find(groupId).Overrides);
        if (error != ErrorCode.None)
        {
            return (error, message);
        }

        if (configs.FindGroupConfigProblem(overrides) is { } problem)
        {
            return (ErrorCode.InvalidConfig, problem);
        }

        return isValidateOnly ? (ErrorCode.None, null) : (await groups.SetAsync(groupId, overrides), null);
    }
}
