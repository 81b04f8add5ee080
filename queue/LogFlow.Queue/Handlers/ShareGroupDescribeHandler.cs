using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ShareGroupDescribe</b>, API key 77, version 1.</para>
/// <para>Behaviour: there are no share groups (KIP-932), as on a Kafka whose share.version is 0.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class ShareGroupDescribeHandler
    : TypedRequestHandler<ShareGroupDescribeRequest, ShareGroupDescribeResponse>
{
    protected override ValueTask<ShareGroupDescribeResponse?> HandleAsync(
        ShareGroupDescribeRequest request, RequestContext context)
    {
        var response = new ShareGroupDescribeResponse();
        foreach (var groupId in request.GroupIds)
        {
            response.Groups.Add(new ShareGroupDescribeResponse.DescribedGroup
            {
                GroupId = groupId,
                ErrorCode = ErrorCode.UnsupportedVersion,
            });
        }

        return new(response);
    }
}
