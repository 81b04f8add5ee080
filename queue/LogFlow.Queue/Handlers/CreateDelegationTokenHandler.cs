using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreateDelegationToken</b>, API key 38, versions 1-3.</para>
/// <para>Behaviour: tokens are refused, see <see cref="DelegationTokens"/>.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class CreateDelegationTokenHandler
    : TypedRequestHandler<CreateDelegationTokenRequest, CreateDelegationTokenResponse>
{
    private const string PrincipalType = "User";

    protected override ValueTask<CreateDelegationTokenResponse?> HandleAsync(
        CreateDelegationTokenRequest request, RequestContext context)
    {
        var requester = context.Connection.Principal[(PrincipalType.Length + 1)..];
        var never = context.Connection.IsAuthenticated ? 0 : -1;
        return new(new CreateDelegationTokenResponse
        {
            ErrorCode = DelegationTokens.Refuse(context),
            PrincipalType = PrincipalType,
            PrincipalName = requester,
            TokenRequesterPrincipalType = PrincipalType,
            TokenRequesterPrincipalName = requester,
            IssueTimestampMs = never,
            ExpiryTimestampMs = never,
            MaxTimestampMs = never,
        });
    }
}
