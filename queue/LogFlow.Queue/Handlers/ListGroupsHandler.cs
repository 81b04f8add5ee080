using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ListGroups</b>, API key 16, versions 0-5.</para>
/// <para>Behaviour: every group, or those in one of the asked states and of one of the asked types; names are compared
/// without regard to case.</para>
/// <para>Versions: 3 is flexible; 4 states (KIP-518); 5 types (KIP-848).</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ListGroupsHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<ListGroupsRequest, ListGroupsResponse>
{
    protected override ValueTask<ListGroupsResponse?> HandleAsync(ListGroupsRequest request, RequestContext context)
    {
        var response = new ListGroupsResponse();
        foreach (var group in coordinator.Groups)
        {
            if (group.IsDead)
            {
                continue;
            }

            var listing = group.Describe();
            if (Matches(request.StatesFilter, listing.State) && Matches(request.TypesFilter, listing.Type))
            {
                response.Groups.Add(new ListGroupsResponse.ListedGroup
                {
                    GroupId = group.GroupId,
                    ProtocolType = listing.ProtocolType,
                    GroupState = listing.State,
                    GroupType = listing.Type,
                });
            }
        }

        return new(response);
    }

    private static bool Matches(List<string> filter, string value) =>
        filter.Count == 0 || filter.Exists(wanted => wanted.Equals(value, StringComparison.OrdinalIgnoreCase));
}
