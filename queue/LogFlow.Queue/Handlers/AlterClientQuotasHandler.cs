using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterClientQuotas</b>, API key 49, versions 0-1.</para>
/// <para>Behaviour: each entry is refused: a quota that nobody keeps would be a promise broken.</para>
/// <para>Deviations from Apache Kafka: Kafka keeps and enforces quotas; the queue has none so far.</para>
/// </summary>
internal sealed class AlterClientQuotasHandler
    : TypedRequestHandler<AlterClientQuotasRequest, AlterClientQuotasResponse>
{
    protected override ValueTask<AlterClientQuotasResponse?> HandleAsync(
        AlterClientQuotasRequest request, RequestContext context)
    {
        var response = new AlterClientQuotasResponse();
        foreach (var entry in request.Entries)
        {
            response.Entries.Add(new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = ErrorCode.InvalidRequest,
                ErrorMessage = "This queue has no client quotas.",
                Entity =
                [
                    .. entry.Entity.Select(entity => new AlterClientQuotasResponse.EntityData
                    {
                        EntityType = entity.EntityType, EntityName = entity.EntityName,
                    }),
                ],
            });
        }

        return new(response);
    }
}
