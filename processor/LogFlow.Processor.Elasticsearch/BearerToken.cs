using Elastic.Transport;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>A token as credentials: <c>Authorization: Bearer TOKEN</c>.</summary>
internal sealed class BearerToken(string token) : AuthorizationHeader
{
    public override string AuthScheme => "Bearer";

    public override bool TryGetAuthorizationParameters(out string value)
    {
        value = token;
        return true;
    }
}
