using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterUserScramCredentials</b>, API key 51, version 0.</para>
/// <para>Behaviour: nothing can be deleted, as nothing is there; setting credentials is refused, because nobody would
/// ask for them.</para>
/// <para>Deviations from Apache Kafka: Kafka keeps credentials also while no listener uses them.</para>
/// </summary>
internal sealed class AlterUserScramCredentialsHandler
    : TypedRequestHandler<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>
{
    protected override ValueTask<AlterUserScramCredentialsResponse?> HandleAsync(
        AlterUserScramCredentialsRequest request, RequestContext context)
    {
        var response = new AlterUserScramCredentialsResponse();
        foreach (var deletion in request.Deletions)
        {
            response.Results.Add(new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
            {
                User = deletion.Name,
                ErrorCode = ErrorCode.ResourceNotFound,
                ErrorMessage = "Attempt to delete a user credential that does not exist",
            });
        }

        foreach (var upsertion in request.Upsertions)
        {
            response.Results.Add(new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
            {
                User = upsertion.Name,
                ErrorCode = ErrorCode.UnsupportedSaslMechanism,
                ErrorMessage = "This queue has no authentication.",
            });
        }

        return new(response);
    }
}
