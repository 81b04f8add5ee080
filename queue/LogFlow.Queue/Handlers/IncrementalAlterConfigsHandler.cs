using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>IncrementalAlterConfigs</b>, API key 44, versions 0-1.</para>
/// <para>Behaviour: sets (0), deletes (1), appends to (2) or subtracts from (3) single settings of a topic or
/// a group, the last two for lists; durable and in force when the answer comes (KIP-339).</para>
/// <para>Versions: 1 is flexible.</para>
/// <para>Deviations from Apache Kafka: broker settings are not altered, see <see cref="ConfigEditor"/>.</para>
/// </summary>
internal sealed class IncrementalAlterConfigsHandler(ConfigEditor editor)
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

    private static ConfigEdit Apply(
        IReadOnlyDictionary<string, string> current, List<IncrementalAlterConfigsRequest.AlterableConfig> changes)
    {
        if (changes.DistinctBy(change => change.Name).Count() < changes.Count)
        {
            return ConfigEdit.Refused(ErrorCode.InvalidRequest, "Error due to duplicate config keys");
        }

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
                return ConfigEdit.NullValue(change.Name);
            }

            if (change.ConfigOperation == Set)
            {
                overrides[change.Name] = change.Value;
                continue;
            }

            if (change.ConfigOperation is not (Append or Subtract))
            {
                return ConfigEdit.Refused(
                    ErrorCode.InvalidRequest, $"Unknown operation {change.ConfigOperation} for : {change.Name}");
            }

            if (!ConfigCatalog.IsListKey(change.Name))
            {
                var operation = change.ConfigOperation == Append ? "APPEND" : "SUBTRACT";
                return ConfigEdit.Refused(
                    ErrorCode.InvalidConfig,
                    $"Can't {operation} to key {change.Name} because its type is not LIST.");
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

        return ConfigEdit.To(overrides);
    }

    private static List<string> Split(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
