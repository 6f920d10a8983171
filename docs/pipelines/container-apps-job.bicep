// Audits every weekday morning as a job of Azure Container Apps, with a user-assigned identity that has Reader on the
// subscriptions. An execution fails when aks-audit ends with anything but 0; an alert on failed executions tells you.
param location string = resourceGroup().location
param environmentId string
param identityId string
param identityClientId string
param registryServer string
param image string
param subscriptionToAudit string
param failOn string = 'high'

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'aks-audit'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    configuration: {
      triggerType: 'Schedule'
      replicaTimeout: 1800
      replicaRetryLimit: 0
      scheduleTriggerConfig: {
        cronExpression: '17 5 * * 1-5'
        parallelism: 1
        replicaCompletionCount: 1
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'aks-audit'
          image: image
          args: [
            'audit'
            '--subscription=${subscriptionToAudit}'
            '--fail-on=${failOn}'
            '--format=markdown'
          ]
          env: [
            {
              name: 'AZURE_CLIENT_ID'
              value: identityClientId
            }
          ]
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
        }
      ]
    }
  }
}
