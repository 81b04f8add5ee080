using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeCluster</b>, API key 60, versions 0-2.</para>
/// <para>Behaviour: a cluster of this one node (KIP-700).</para>
/// <para>Versions: 1 the endpoint type (KIP-919): only brokers (1) are here; 2 fenced brokers: there are none.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeClusterHandler(NodeIdentity node)
    : TypedRequestHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte BrokerEndpoints = 1;

    protected override ValueTask<DescribeClusterResponse?> HandleAsync(
        DescribeClusterRequest request, RequestContext context)
    {
        if (context.Version >= 1 && request.EndpointType != BrokerEndpoints)
        {
            return new(new DescribeClusterResponse
            {
                ErrorCode = ErrorCode.MismatchedEndpointType,
                ErrorMessage = "this endpoint describes brokers, not controllers",
                EndpointType = BrokerEndpoints,
            });
        }

        return new(new DescribeClusterResponse
        {
            EndpointType = BrokerEndpoints,
            ClusterId = node.ClusterId,
            ControllerId = node.NodeId,
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations
                ? AuthorizedOperations.Cluster
                : AuthorizedOperations.NotRequested,
            Brokers =
            [
                new DescribeClusterResponse.DescribeClusterBroker
                {
                    BrokerId = node.NodeId,
                    Host = context.Connection.AdvertisedHost,
                    Port = context.Connection.AdvertisedPort,
                },
            ],
        });
    }
}
