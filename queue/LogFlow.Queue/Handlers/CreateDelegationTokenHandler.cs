using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreateDelegationToken</b>, API key 38, versions 1-3.</para>
/// <para>Behaviour: tokens need an authenticated connection, which there is not.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class CreateDelegationTokenHandler
    : TypedRequestHandler<CreateDelegationTokenRequest, CreateDelegationTokenResponse>
{
    private const string PrincipalType = "User";

    /// <summary>Whoever comes without authentication.</summary>
    private const string Anonymous = "ANONYMOUS";

    protected override ValueTask<CreateDelegationTokenResponse?> HandleAsync(
        CreateDelegationTokenRequest request, RequestContext context) =>
        new(new CreateDelegationTokenResponse
        {
            ErrorCode = ErrorCode.DelegationTokenRequestNotAllowed,
            PrincipalType = PrincipalType,
            PrincipalName = Anonymous,
            TokenRequesterPrincipalType = PrincipalType,
            TokenRequesterPrincipalName = Anonymous,
            IssueTimestampMs = -1,
            ExpiryTimestampMs = -1,
            MaxTimestampMs = -1,
        });
}
