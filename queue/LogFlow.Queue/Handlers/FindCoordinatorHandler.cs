using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>FindCoordinator</b>, API key 10, versions 0-6.</para>
/// <para>Behaviour: this node coordinates every group and every transaction.</para>
/// <para>Versions: 1 adds the key type (0 group, 1 transaction, 2 share group) and a message; 3 is flexible; 4 asks for
/// several keys at once (KIP-699); 5 and 6 add error codes that are not used here.</para>
/// <para>Deviations from Apache Kafka: none; it would answer COORDINATOR_NOT_AVAILABLE while its internal topics are
/// created, which here do not exist.</para>
/// </summary>
internal sealed class FindCoordinatorHandler(NodeIdentity node)
    : TypedRequestHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte KeyTypeGroup = 0;
    private const sbyte KeyTypeTransaction = 1;

    protected override ValueTask<FindCoordinatorResponse?> HandleAsync(
        FindCoordinatorRequest request, RequestContext context)
    {
        var response = new FindCoordinatorResponse();
        if (context.Version < 4)
        {
            var (error, message) = Check(request.KeyType);
            response.ErrorCode = error;
            // So Kafka prints its code for no error.
            response.ErrorMessage = error == ErrorCode.None ? "NONE" : message;
            response.NodeId = error == ErrorCode.None ? node.NodeId : -1;
            response.Host = error == ErrorCode.None ? context.Connection.AdvertisedHost : "";
            response.Port = error == ErrorCode.None ? context.Connection.AdvertisedPort : -1;
            return new(response);
        }

        foreach (var key in request.CoordinatorKeys)
        {
            var (error, message) = Check(request.KeyType);
            response.Coordinators.Add(new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = error == ErrorCode.None ? node.NodeId : -1,
                Host = error == ErrorCode.None ? context.Connection.AdvertisedHost : "",
                Port = error == ErrorCode.None ? context.Connection.AdvertisedPort : -1,
                ErrorCode = error,
                ErrorMessage = message,
            });
        }

        return new(response);
    }

    private static (ErrorCode Error, string? Message) Check(sbyte keyType) => keyType switch
    {
        KeyTypeGroup or KeyTypeTransaction => (ErrorCode.None, ""),
        _ => (ErrorCode.InvalidRequest, "this key type has no coordinator here"),
    };
}
