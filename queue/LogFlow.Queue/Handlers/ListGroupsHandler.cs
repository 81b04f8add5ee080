using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Groups;
using LogFlow.Queue.Requests;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>ListGroups</b>, API key 16, versions 0-5.</para>
/// <para>Behaviour: every group, or those in one of the asked states and of one of the asked types; names are compared
/// without regard to case.</para>
/// <para>Versions: 3 is flexible; 4 states (KIP-518); 5 types (KIP-848).</para>
/// <para>Deviations from Apache Kafka: every group is of type "classic".</para>
/// </summary>
internal sealed class ListGroupsHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<ListGroupsRequest, ListGroupsResponse>
{
    private const string ClassicType = "classic";

    protected override ValueTask<ListGroupsResponse?> HandleAsync(ListGroupsRequest request, RequestContext context)
    {
        var response = new ListGroupsResponse();
        if (!Matches(request.TypesFilter, ClassicType))
        {
            return new(response);
        }

        foreach (var group in coordinator.Groups)
        {
            var snapshot = group.Describe();
            var state = snapshot.State.ToString();
            if (snapshot.State != GroupState.Dead && Matches(request.StatesFilter, state))
            {
                response.Groups.Add(new ListGroupsResponse.ListedGroup
                {
                    GroupId = snapshot.GroupId,
                    ProtocolType = snapshot.ProtocolType ?? "",
                    GroupState = state,
                    GroupType = ClassicType,
                });
            }
        }

        return new(response);
    }

    private static bool Matches(List<string> filter, string value) =>
        filter.Count == 0 || filter.Exists(wanted => wanted.Equals(value, StringComparison.OrdinalIgnoreCase));
}
