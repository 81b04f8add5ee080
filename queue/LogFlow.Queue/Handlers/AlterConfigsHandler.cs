using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Configuration;
using LogFlow.Queue.Requests;

namespace LogFlow.Queue.Handlers;

/// <summary>
/// <para><b>AlterConfigs</b>, API key 33, versions 0-2.</para>
/// <para>Behaviour: replaces all settings of a topic by those given; they are durable and in force when the answer
/// comes.</para>
/// <para>Versions: 2 is flexible.</para>
/// <para>Deviations from Apache Kafka: broker settings are not altered, see <see cref="TopicConfigEditor"/>.</para>
/// </summary>
internal sealed class AlterConfigsHandler(TopicConfigEditor editor)
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

    private static (Dictionary<string, string>? Overrides, string? Problem) Replace(
        List<AlterConfigsRequest.AlterableConfig> configs)
    {
        var overrides = new Dictionary<string, string>();
        foreach (var config in configs)
        {
            if (config.Value is null)
            {
                return (null, $"Null value not supported for : {config.Name}");
            }

            overrides[config.Name] = config.Value;
        }

        return (overrides, null);
    }
}
