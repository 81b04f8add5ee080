using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeConfigs</b>, API key 32, versions 1-4.</para>
/// <para>Behaviour: every key of a topic, a group or the broker, with its value, where that comes from, and on request
/// the values it hides and a sentence about it.</para>
/// <para>Versions: 3 types and documentation (KIP-569); 4 is flexible.</para>
/// <para>Deviations from Apache Kafka: broker keys are read from queue.yml at the start and cannot be altered. Loggers
/// (resource type 8) have no levels to list.</para>
/// </summary>
internal sealed class DescribeConfigsHandler(
    TopicCatalog topics, GroupConfigs groups, ConfigCatalog configs, NodeIdentity node)
    : TypedRequestHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    protected override ValueTask<DescribeConfigsResponse?> HandleAsync(
        DescribeConfigsRequest request, RequestContext context)
    {
        var response = new DescribeConfigsResponse();
        foreach (var resource in request.Resources)
        {
            response.Results.Add(Describe(resource, request));
        }

        return new(response);
    }

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource, DescribeConfigsRequest request)
    {
        var result = new DescribeConfigsResponse.DescribeConfigsResult
        {
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
        };
        switch (resource.ResourceType)
        {
            case ConfigResources.Topic:
                if (topics.Logs.FindTopic(resource.ResourceName) is not { } topic)
                {
                    result.ErrorCode = TopicCatalog.IsValidName(resource.ResourceName)
                        ? ErrorCode.UnknownTopicOrPartition
                        : ErrorCode.InvalidTopicException;
                    result.ErrorMessage = $"Topic '{resource.ResourceName}' does not exist.";
                    break;
                }

                Add(result, configs.DescribeTopic(topic.Config), resource, request);
                break;
            case ConfigResources.Broker or ConfigResources.BrokerLogger:
                if (resource.ResourceName.Length > 0
                    && resource.ResourceName != node.NodeId.ToString(CultureInfo.InvariantCulture))
                {
                    result.ErrorCode = ErrorCode.InvalidRequest;
                    result.ErrorMessage =
                        $"Unexpected broker id, expected {node.NodeId}, but received {resource.ResourceName}";
                }
                else if (resource.ResourceType == ConfigResources.Broker && resource.ResourceName.Length > 0)
                {
                    Add(result, configs.Broker, resource, request);
                }

                break;
            case ConfigResources.Group when resource.ResourceName.Length == 0:
                result.ErrorCode = ErrorCode.InvalidRequest;
                result.ErrorMessage = "Group name must not be empty";
                break;
            case ConfigResources.Group:
                Add(result, configs.DescribeGroup(groups.Find(resource.ResourceName)), resource, request);
                break;
            default:
                result.ErrorCode = ErrorCode.InvalidRequest;
                result.ErrorMessage = $"Unsupported resource type: {resource.ResourceType}";
                break;
        }

        return result;
    }

    private static void Add(
        DescribeConfigsResponse.DescribeConfigsResult result,
        IEnumerable<ConfigEntry> entries,
        DescribeConfigsRequest.DescribeConfigsResource resource,
        DescribeConfigsRequest request)
    {
        foreach (var entry in entries)
        {
            if (resource.ConfigurationKeys is { Count: > 0 } keys && !keys.Contains(entry.Definition.Name))
            {
                continue;
            }

            var described = new DescribeConfigsResponse.DescribeConfigsResourceResult
            {
                Name = entry.Definition.Name,
                Value = entry.Value,
                ReadOnly = entry.IsReadOnly,
                ConfigSource = (sbyte)entry.Source,
                IsSensitive = entry.Definition.Type == ConfigType.Password,
                ConfigType = (sbyte)entry.Definition.Type,
                Documentation = request.IncludeDocumentation ? entry.Definition.Documentation : null,
            };
            if (request.IncludeSynonyms)
            {
                foreach (var (name, value, source) in entry.Synonyms)
                {
                    described.Synonyms.Add(new DescribeConfigsResponse.DescribeConfigsSynonym
                    {
                        Name = name,
                        Value = value,
                        Source = (sbyte)source,
                    });
                }
            }

            result.Configs.Add(described);
        }
    }
}
