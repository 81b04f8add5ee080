using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>UpdateFeatures</b>, API key 57, versions 0-2.</para>
/// <para>Behaviour: features have the levels that they have: asking for those is granted, other levels are
/// refused.</para>
/// <para>Deviations from Apache Kafka: Kafka changes levels.</para>
/// </summary>
internal sealed class UpdateFeaturesHandler(NodeIdentity node)
    : TypedRequestHandler<UpdateFeaturesRequest, UpdateFeaturesResponse>
{
    /// <summary>From here on an answer names no single features.</summary>
    private const short FirstVersionWithoutResults = 2;

    protected override ValueTask<UpdateFeaturesResponse?> HandleAsync(
        UpdateFeaturesRequest request, RequestContext context)
    {
        var response = new UpdateFeaturesResponse { ErrorMessage = null };
        foreach (var update in request.FeatureUpdates)
        {
            if (FindProblem(update) is { } problem)
            {
                return new(new UpdateFeaturesResponse
                {
                    ErrorCode = ErrorCode.InvalidUpdateVersion,
                    ErrorMessage = "The update failed for all features since the following feature had an error: "
                        + problem,
                });
            }

            if (context.Version < FirstVersionWithoutResults)
            {
                response.Results.Add(new UpdateFeaturesResponse.UpdatableFeatureResult
                {
                    // So Kafka prints its code for no error.
                    Feature = update.Feature,
                    ErrorMessage = "NONE",
                });
            }
        }

        return new(response);
    }

    private string? FindProblem(UpdateFeaturesRequest.FeatureUpdateKey update) =>
        update.Feature != ApiVersionsHandler.TransactionFeature
            ? $"Invalid update version {update.MaxVersionLevel} for feature {update.Feature}. Local controller "
                + $"{node.NodeId} does not support this feature."
        : update.MaxVersionLevel == ApiVersionsHandler.TransactionFeatureLevel ? null
        : $"This queue has {update.Feature} {ApiVersionsHandler.TransactionFeatureLevel}, and no other level.";
}
