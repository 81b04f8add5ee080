using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DeleteGroups</b>, API key 42, versions 0-2.</para>
/// <para>Behaviour: deletes groups without members together with their offsets; NON_EMPTY_GROUP otherwise.</para>
/// <para>Versions: 2 is flexible.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DeleteGroupsHandler(GroupCoordinator coordinator)
    : TypedRequestHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    protected override async ValueTask<DeleteGroupsResponse?> HandleAsync(
        DeleteGroupsRequest request, RequestContext context)
    {
        var response = new DeleteGroupsResponse();
        foreach (var groupId in request.GroupsNames)
        {
            var error = await coordinator.DeleteAsync(groupId);
            response.Results.Add(new DeleteGroupsResponse.DeletableGroupResult
            {
                GroupId = groupId,
                ErrorCode = error,
            });
        }

        return response;
    }
}
