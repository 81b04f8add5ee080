using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>DescribeUserScramCredentials</b>, API key 50, version 0.</para>
/// <para>Behaviour: which mechanisms users have credentials for, and with how many iterations (KIP-554); of all users
/// where none is named. Salts and keys are told to nobody.</para>
/// <para>Deviations from Apache Kafka: users come in the order of their names.</para>
/// </summary>
internal sealed class DescribeUserScramCredentialsHandler(UserStore users)
    : TypedRequestHandler<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>
{
    protected override ValueTask<DescribeUserScramCredentialsResponse?> HandleAsync(
        DescribeUserScramCredentialsRequest request, RequestContext context)
    {
        var response = new DescribeUserScramCredentialsResponse();
        if (request.Users is not { Count: > 0 } asked)
        {
            response.Results.AddRange(users.Users.Select(Describe));
            return new(response);
        }

        foreach (var same in asked.GroupBy(static user => user.Name, StringComparer.Ordinal))
        {
            response.Results.Add(same.Skip(1).Any()
                ? new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult
                {
                    User = same.Key,
                    ErrorCode = ErrorCode.DuplicateResource,
                    ErrorMessage =
                        $"Cannot describe SCRAM credentials for the same user twice in a single request: {same.Key}",
                }
                : Describe(same.Key));
        }

        return new(response);
    }

    private DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult Describe(string user)
    {
        var described = new DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult { User = user };
        foreach (var mechanism in SaslMechanism.All.Where(static mechanism => mechanism.IsScram))
        {
            if (users.Find(user, mechanism) is { } credential)
            {
                described.CredentialInfos.Add(new DescribeUserScramCredentialsResponse.CredentialInfo
                {
                    Mechanism = mechanism.ScramType,
                    Iterations = credential.Iterations,
                });
            }
        }

        if (described.CredentialInfos.Count == 0)
        {
            described.ErrorCode = ErrorCode.ResourceNotFound;
            described.ErrorMessage = $"Attempt to describe a user credential that does not exist: {user}";
        }

        return described;
    }
}
