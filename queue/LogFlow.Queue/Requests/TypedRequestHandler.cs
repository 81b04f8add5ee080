using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>A handler of typed messages: reads the body, awaits the answer, writes it.</summary>
internal abstract class TypedRequestHandler<TRequest, TResponse> : RequestHandler
    where TRequest : IKafkaRequest<TRequest, TResponse>
    where TResponse : class, IKafkaMessage<TResponse>
{
    public override ApiKey Key => TRequest.ApiKey;

    public override short MinVersion => TRequest.MinVersion;

    public override short MaxVersion => TRequest.MaxVersion;

    public override async Task ProcessAsync(RequestContext context)
    {
        var request = ReadBody(context);
        var response = context.Access.IsLimited
            ? await HandleAllowedAsync(request, context)
            : await HandleAsync(request, context);
        if (response is not null)
        {
            context.Respond(response);
        }
    }

    /// <summary>Null: the client expects no answer.</summary>
    protected abstract ValueTask<TResponse?> HandleAsync(TRequest request, RequestContext context);

    /// <summary>Only what the client may do reaches the handler.</summary>
    private async ValueTask<TResponse?> HandleAllowedAsync(TRequest request, RequestContext context)
    {
        var access = context.Access;
        var admission = access.GuardOf<TRequest, TResponse>().Admit(request, access, context.Version);
        if (admission.Answer is { } answer)
        {
            return answer;
        }

        var response = await HandleAsync(request, context);
        admission.Complete?.Invoke(response);
        return response;
    }

    protected static TRequest ReadBody(RequestContext context)
    {
        var reader = new KafkaReader(context.Body);
        try
        {
            return TRequest.Read(ref reader, context.Version);
        }
        catch (ProtocolViolationException violation)
        {
            throw new ProtocolViolationException(
                $"malformed {context.Header.ApiKey} request version {context.Version}: {violation.Message}", violation);
        }
    }
}
