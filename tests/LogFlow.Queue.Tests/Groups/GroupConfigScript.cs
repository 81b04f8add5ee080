using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>Sets and describes configs of groups, and writes down what the broker answers.</summary>
internal sealed class GroupConfigScript(RawClient client)
{
    public const sbyte Set = 0;
    public const sbyte Delete = 1;
    public const sbyte Append = 2;
    public const string Session = "consumer.session.timeout.ms";
    public const string Heartbeat = "consumer.heartbeat.interval.ms";

    public List<string> Transcript { get; } = [];

    public async Task AlterAsync(
        string group, bool isValidateOnly, params (sbyte Operation, string Name, string? Value)[] changes)
    {
        var response = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest
            {
                ValidateOnly = isValidateOnly,
                Resources =
                [
                    new IncrementalAlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = ConfigResources.Group,
                        ResourceName = group,
                        Configs = [.. changes.Select(change => new IncrementalAlterConfigsRequest.AlterableConfig
                        {
                            ConfigOperation = change.Operation, Name = change.Name, Value = change.Value,
                        })],
                    },
                ],
            },
            1);
        var answer = response.Responses[0];
        Transcript.Add(
            $"alter {group} {(isValidateOnly ? "validate" : "")} {string.Join(' ', changes)} -> {answer.ErrorCode} "
            + $"'{answer.ErrorMessage}' {answer.ResourceType} {answer.ResourceName}");
    }

    public async Task ReplaceAsync(string group, params (string Name, string? Value)[] configs)
    {
        var response = await client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new AlterConfigsRequest
            {
                Resources =
                [
                    new AlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = ConfigResources.Group,
                        ResourceName = group,
                        Configs = [.. configs.Select(config => new AlterConfigsRequest.AlterableConfig
                        {
                            Name = config.Name, Value = config.Value,
                        })],
                    },
                ],
            },
            2);
        Transcript.Add(
            $"replace {group} {string.Join(' ', configs)} -> {response.Responses[0].ErrorCode} "
            + $"'{response.Responses[0].ErrorMessage}'");
    }

    public async Task DescribeAsync(string group, bool hasSynonyms = true, params string[] keys)
    {
        var response = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest
            {
                IncludeSynonyms = hasSynonyms,
                Resources =
                [
                    new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = ConfigResources.Group,
                        ResourceName = group,
                        ConfigurationKeys = keys.Length == 0 ? null : [.. keys],
                    },
                ],
            },
            4);
        var result = response.Results[0];
        Transcript.Add($"describe {group} -> {result.ErrorCode} '{result.ErrorMessage}'");
        foreach (var config in result.Configs
            .Where(config => config.Name.StartsWith("consumer.", StringComparison.Ordinal))
            .OrderBy(config => config.Name, StringComparer.Ordinal))
        {
            var synonyms = config.Synonyms.Select(synonym => $"{synonym.Name}={synonym.Value}@{synonym.Source}");
            Transcript.Add(
                $"  {config.Name}={config.Value} source={config.ConfigSource} type={config.ConfigType} "
                + $"readOnly={config.ReadOnly} sensitive={config.IsSensitive} [{string.Join(' ', synonyms)}]");
        }
    }

    public async Task ListAsync(short version, params sbyte[] types)
    {
        var response = await client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(
            new ListConfigResourcesRequest { ResourceTypes = [.. types] }, version);
        var resources = response.ConfigResources.Select(found => $"{found.ResourceType}:{found.ResourceName}");
        Transcript.Add(
            $"list v{version} {string.Join(',', types)} -> {response.ErrorCode} "
            + string.Join(' ', resources.Order(StringComparer.Ordinal)));
    }
}
