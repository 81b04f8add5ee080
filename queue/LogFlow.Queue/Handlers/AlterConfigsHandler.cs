using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterConfigs</b>, API key 33, versions 0-2.</para>
/// <para>Behaviour: replaces all settings of a topic or group by those given; they are durable and in force when the
/// answer comes.</para>
/// <para>Versions: 2 is flexible.</para>
/// <para>Deviations from Apache Kafka: broker settings are not altered, see <see cref="ConfigEditor"/>.</para>
/// </summary>
internal sealed class AlterConfigsHandler(ConfigEditor editor)
    : TypedRequestHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    protected override async ValueTask<AlterConfigsResponse?> HandleAsync(
        AlterConfigsRequest request, RequestContext context)
    {
        var response = new AlterConfigsResponse();
        foreach (var resource in request.Resources)
        {
            var (error, message) = await editor.EditAsync(
                resource.ResourceType, resource.ResourceName, request.ValidateOnly, _ => Replace(resource.Configs));
            response.Responses.Add(new AlterConfigsResponse.AlterConfigsResourceResponse
            {
                ErrorCode = error,
                ErrorMessage = message,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
            });
        }

        return response;
    }

    private static ConfigEdit Replace(List<AlterConfigsRequest.AlterableConfig> configs)
    {
        var overrides = new Dictionary<string, string>();
        foreach (var config in configs)
        {
            if (config.Value is null)
            {
                return ConfigEdit.NullValue(config.Name);
            }

            overrides[config.Name] = config.Value;
        }

        return ConfigEdit.To(overrides);
    }
}
