using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ListConfigResources</b>, API key 74, versions 0-1.</para>
/// <para>Behaviour: the names of everything that can have configs, of the asked types; without types, of all. Groups
/// are those that have configs of their own, whether or not anybody is in them.</para>
/// <para>Versions: 0 lists subscriptions to client metrics, of which there are none; 1 types (KIP-1142), and
/// UNSUPPORTED_VERSION for one that does not exist.</para>
/// <para>Deviations from Apache Kafka: a group whose last config was deleted is not listed any more (Kafka lists it
/// until a restart).</para>
/// </summary>
internal sealed class ListConfigResourcesHandler(TopicCatalog topics, GroupConfigs groups, NodeIdentity node)
    : TypedRequestHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>
{
    private static readonly sbyte[] AllTypes =
    [
        ConfigResources.Group, ConfigResources.ClientMetrics, ConfigResources.BrokerLogger, ConfigResources.Broker,
        ConfigResources.Topic,
    ];

    protected override ValueTask<ListConfigResourcesResponse?> HandleAsync(
        ListConfigResourcesRequest request, RequestContext context)
    {
        var response = new ListConfigResourcesResponse();
        if (context.Version == 0)
        {
            return new(response);
        }

        IReadOnlyList<sbyte> types = request.ResourceTypes.Count == 0 ? AllTypes : request.ResourceTypes;
        if (types.Any(type => !AllTypes.Contains(type)))
        {
            response.ErrorCode = ErrorCode.UnsupportedVersion;
            return new(response);
        }

        foreach (var type in types.Distinct())
        {
            foreach (var name in NamesOf(type))
            {
                response.ConfigResources.Add(new ListConfigResourcesResponse.ConfigResource
                {
                    ResourceName = name,
                    ResourceType = type,
                });
            }
        }

        return new(response);
    }

    private IEnumerable<string> NamesOf(sbyte type) => type switch
    {
        ConfigResources.Topic => topics.Logs.Topics.Select(topic => topic.Name),
        ConfigResources.Group => groups.GroupIds,
        ConfigResources.Broker or ConfigResources.BrokerLogger => [node.NodeId.ToString(CultureInfo.InvariantCulture)],
        _ => [],
    };
}
