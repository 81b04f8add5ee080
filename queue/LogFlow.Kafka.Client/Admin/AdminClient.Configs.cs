using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

public sealed partial class AdminClient
{
    // The values of Kafka's ConfigResource.Type and AlterConfigOp.OpType.
    private const sbyte TopicResource = 2;
    private const sbyte SetOperation = 0;
    private const sbyte DeleteOperation = 1;

    /// <summary>All settings that are in force for a topic.</summary>
    /// <exception cref="KafkaException">The broker refuses, or there is no such topic.</exception>
    public async Task<IReadOnlyList<TopicConfigEntry>> DescribeTopicConfigsAsync(
        string topic, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            BrokerTarget.Any,
            _ => new DescribeConfigsRequest
            {
                Resources =
                [
                    new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = TopicResource,
                        ResourceName = topic,
                        ConfigurationKeys = null,
                    },
                ],
            },
            static response => FirstOrMissing(response.Results, static result => FinalIfUnknown(result.ErrorCode)),
            cancellationToken);
        var result = response.Results[0];
        ThrowIfRefused(result.ErrorCode, $"The settings of topic '{topic}' cannot be read");
        return result.Configs.ConvertAll(static config => new TopicConfigEntry(
            config.Name, config.IsSensitive ? null : config.Value, (TopicConfigSource)config.ConfigSource));
    }

    /// <summary>Changes these settings of a topic and leaves all others; null puts one back to its default.</summary>
    /// <returns>None, or why not (INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION ...); then nothing is changed.</returns>
    public async Task<AlterResult> AlterTopicConfigsAsync(
        string topic, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<
            IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            BrokerTarget.Controller,
            _ => new IncrementalAlterConfigsRequest
            {
                Resources =
                [
                    new IncrementalAlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = TopicResource,
                        ResourceName = topic,
                        Configs =
                        [
                            .. changes.Select(static change => new IncrementalAlterConfigsRequest.AlterableConfig
                            {
                                Name = change.Key,
                                ConfigOperation = change.Value is null ? DeleteOperation : SetOperation,
                                Value = change.Value,
                            }),
                        ],
                    },
                ],
            },
            static response => FirstOrMissing(response.Responses, static result => FinalIfUnknown(result.ErrorCode)),
            cancellationToken);
        var result = response.Responses[0];
        return new AlterResult(result.ErrorCode, result.ErrorMessage);
    }
}
