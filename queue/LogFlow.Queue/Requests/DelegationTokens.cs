using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Tokens are not issued here: Kafka's answers where <c>delegation.token.secret.key</c> is not set, to those who have
/// logged in and to those who have not.
/// </summary>
internal static class DelegationTokens
{
    /// <summary>Why there is none.</summary>
    public static ErrorCode Refuse(RequestContext context) => context.Connection.IsAuthenticated
        ? ErrorCode.DelegationTokenAuthDisabled
        : ErrorCode.DelegationTokenRequestNotAllowed;
}
