using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeUserScramCredentials</b>, API key 50, version 0.</para>
/// <para>Behaviour: no user has credentials.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class DescribeUserScramCredentialsHandler
    : TypedRequestHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    protected override ValueTask<DescribeUserScramCredentialsResponse?> HandleAsync(
        DescribeUserScramCredentialsRequest request, RequestContext context)
    {
        var response = new DescribeUserScramCredentialsResponse();
        foreach (var user in request.Users ?? [])
        {
            response.Results.Add(new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
            {
                User = user.Name,
                ErrorCode = ErrorCode.ResourceNotFound,
                ErrorMessage = $"Attempt to describe a user credential that does not exist: {user.Name}",
            });
        }

        return new(response);
    }
}
