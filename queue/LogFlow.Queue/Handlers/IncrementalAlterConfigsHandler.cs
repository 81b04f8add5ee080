using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Configuration;
using LogFlow.Queue.Requests;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>IncrementalAlterConfigs</b>, API key 44, versions 0-1.</para>
/// <para>Behaviour: sets (0), deletes (1), appends to (2) or subtracts from (3) single settings of a topic, the last
/// two for lists; durable and in force when the answer comes (KIP-339).</para>
/// <para>Versions: 1 is flexible.</para>
/// <para>Deviations from Apache Kafka: broker settings are not altered, see <see cref="TopicConfigEditor"/>.</para>
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(TopicConfigEditor editor)
    : TypedRequestHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    protected override async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(
        IncrementalAlterConfigsRequest request, RequestContext context)
    {
        var response = new IncrementalAlterConfigsResponse();
        foreach (var resource in request.Resources)
        {
            var (error, message) = await editor.EditAsync(
                resource.ResourceType,
                resource.ResourceName,
                request.ValidateOnly,
                current => Apply(current, resource.Configs));
            response.Responses.Add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = error,
                ErrorMessage = message,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
            });
        }

        return response;
    }

    private static (Dictionary<string, string>? Overrides, string? Problem) Apply(
        IReadOnlyDictionary<string, string> current, List<IncrementalAlterConfigsRequest.AlterableConfig> changes)
    {
        var overrides = new Dictionary<string, string>(current);
        foreach (var change in changes)
        {
            if (change.ConfigOperation == Delete)
            {
                overrides.Remove(change.Name);
                continue;
            }

            if (change.Value is null)
            {
                return (null, $"Null value not supported for : {change.Name}");
            }

            if (change.ConfigOperation == Set)
            {
                overrides[change.Name] = change.Value;
                continue;
            }

            if (change.ConfigOperation is not (Append or Subtract) || !ConfigCatalog.IsListKey(change.Name))
            {
                return (null, $"Config value append or subtract is not allowed for config key: {change.Name}");
            }

            var items = Split(overrides.GetValueOrDefault(change.Name) ?? ConfigCatalog.DefaultOf(change.Name));
            foreach (var item in Split(change.Value))
            {
                items.Remove(item);
                if (change.ConfigOperation == Append)
                {
                    items.Add(item);
                }
            }

            overrides[change.Name] = string.Join(',', items);
        }

        return (overrides, null);
    }

    private static List<string> Split(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
