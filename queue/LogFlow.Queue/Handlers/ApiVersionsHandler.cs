using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>ApiVersions</b>, API key 18, versions 0-4.</para>
/// <para>Behaviour: what this queue speaks. A version it does not know is answered in the encoding of version 0 with
/// UNSUPPORTED_VERSION and the same list, so that the client can choose (KIP-511).</para>
/// <para>Versions: 3 is flexible (its response header never is) and carries the client's software name and version,
/// which must match <c>[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?</c>.</para>
/// <para>Deviations from Apache Kafka: of the feature levels only transaction.version is listed, by which clients
/// choose transactions of the second kind (KIP-890). Produce is advertised from 0 though only 3 and later are answered:
/// librdkafka would otherwise send uncompressed, without a word (KAFKA-18659).</para>
/// </summary>
internal sealed class ApiVersionsHandler : TypedRequestHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    private const short FirstVersionWithSoftware = 3;
    public const string TransactionFeature = "transaction.version";
    public const short TransactionFeatureLevel = 2;

    private readonly IReadOnlyList<RequestHandler> _handlers;

    /// <param name="handlers">All handlers, this one included; read at each request.</param>
    public ApiVersionsHandler(IReadOnlyList<RequestHandler> handlers) => _handlers = handlers;

    public override async Task ProcessAsync(RequestContext context)
    {
        if (context.Version >= MinVersion && context.Version <= MaxVersion)
        {
            await base.ProcessAsync(context);
            return;
        }

        context.Respond(writer =>
            KafkaFrame.WriteUnsupportedApiVersions(writer, context.Header.CorrelationId, Describe()));
    }

    protected override ValueTask<ApiVersionsResponse?> HandleAsync(ApiVersionsRequest request, RequestContext context)
    {
        if (context.Version < FirstVersionWithSoftware)
        {
            return new(Describe());
        }

        if (!IsValid(request.ClientSoftwareName) || !IsValid(request.ClientSoftwareVersion))
        {
            return new(new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
        }

        context.Connection.ClientSoftware = $"{request.ClientSoftwareName} {request.ClientSoftwareVersion}";
        return new(Describe());
    }

    private static bool IsValid(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private ApiVersionsResponse Describe()
    {
        var response = new ApiVersionsResponse
        {
            SupportedFeatures =
            [
                new ApiVersionsResponse.SupportedFeatureKey
                {
                    Name = TransactionFeature, MinVersion = 0, MaxVersion = TransactionFeatureLevel,
                },
            ],
            FinalizedFeaturesEpoch = 0,
            FinalizedFeatures =
            [
                new ApiVersionsResponse.FinalizedFeatureKey
                {
                    Name = TransactionFeature,
                    MaxVersionLevel = TransactionFeatureLevel,
                    MinVersionLevel = TransactionFeatureLevel,
                },
            ],
        };
        foreach (var handler in _handlers)
        {
            response.ApiKeys.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = (short)handler.Key,
                MinVersion = handler.AdvertisedMinVersion,
                MaxVersion = handler.MaxVersion,
            });
        }

        return response;
    }
}
